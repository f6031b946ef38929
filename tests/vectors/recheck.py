#!/usr/bin/env python3
"""Every recheck date of 2025 and 2026, worked out apart from the product.

Shares no code and no table with it: the day lists below were typed by hand from the State Council's notices
of 12 November 2024 and 4 November 2025. Prints CSV: the day of feedback, 14 days later, the next day that is
worked, and whether the answer needs a year whose notice is not known here (2027).

    python3 recheck.py > recheck.csv
"""

from datetime import date, timedelta

OFF = """
2025-01-01
2025-01-28 2025-01-29 2025-01-30 2025-01-31 2025-02-01 2025-02-02 2025-02-03 2025-02-04
2025-04-04 2025-04-05 2025-04-06
2025-05-01 2025-05-02 2025-05-03 2025-05-04 2025-05-05
2025-05-31 2025-06-01 2025-06-02
2025-10-01 2025-10-02 2025-10-03 2025-10-04 2025-10-05 2025-10-06 2025-10-07 2025-10-08
2026-01-01 2026-01-02 2026-01-03
2026-02-15 2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 2026-02-21 2026-02-22 2026-02-23
2026-04-04 2026-04-05 2026-04-06
2026-05-01 2026-05-02 2026-05-03 2026-05-04 2026-05-05
2026-06-19 2026-06-20 2026-06-21
2026-09-25 2026-09-26 2026-09-27
2026-10-01 2026-10-02 2026-10-03 2026-10-04 2026-10-05 2026-10-06 2026-10-07
2027-01-01
""".split()

WORKED_WEEKENDS = """
2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11
2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10
""".split()


def worked(day: date) -> bool:
    text = day.isoformat()
    if text in WORKED_WEEKENDS:
        assert day.isoweekday() > 5, text
        return True
    return text not in OFF and day.isoweekday() < 6


def main() -> None:
    print("date,nominal,due,provisional")
    day = date(2025, 1, 1)
    while day.year < 2027:
        nominal = day + timedelta(weeks=2)
        due = nominal
        while not worked(due):
            due += timedelta(days=1)
        print(day, nominal, due, "true" if due.year > 2026 else "false", sep=",")
        day += timedelta(days=1)


main()

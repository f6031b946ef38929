//! Stories about a city at work: real sockets, real bytes, a real database in a folder of its own.
#![cfg(test)]

mod cards;
mod enrolment;
mod office;
mod order;
mod photos;
mod pushing;
mod restored;
mod stock_client;
mod support;
mod undercover;
mod uploads;

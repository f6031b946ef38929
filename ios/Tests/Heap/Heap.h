// Bytes that were asked for and not given back, whoever asked: what a process's resident size hides behind what it keeps in reserve.
// Swift sees neither `mallinfo2` nor a structure that is returned by value from a library that it loads by hand.
#include <stddef.h>

#ifdef __APPLE__
#include <malloc/malloc.h>

static inline size_t living_bytes(void) {
    malloc_statistics_t heap;
    malloc_zone_statistics(NULL, &heap);
    return heap.size_in_use;
}
static inline void count_exactly(char *const words[]) { (void)words; }
#else
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

// What threads keep for their next requests counts as living. Begins this program anew without that, once.
static inline void count_exactly(char *const words[]) {
    if (getenv("GLIBC_TUNABLES")) return;
    setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
    execv("/proc/self/exe", words);
}

static inline size_t living_bytes(void) {
    struct mallinfo2 heap = mallinfo2();
    return heap.uordblks + heap.hblkhd;
}
#endif

/* How fast frames can be had at all: threads that pread stored bytes from known places and decode them with the libraries
 * that are quickest at it, into memory that is used again and again. No format, no checks, no answers.
 *
 *   floor PLAN gzip|jpeg|raw frames|memory|coded THREADS WIDTH HEIGHT
 *
 * PLAN: the number of files, their paths one a line, the number of frames, and a line `file offset length` for each.
 * `frames` decodes whole frames; `memory` makes RGB thumbnails of a quarter of the width; `coded` turns those into JPEG.
 * Prints frames a second. */
#include <fcntl.h>
#include <libdeflate.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <turbojpeg.h>
#include <unistd.h>

enum { SHRINK = 4, QUALITY = 85 };

struct place {
    int file;
    long offset, length;
};

static int *files;
static struct place *places;
static int count, width, height;
static char kind, mode;
static atomic_int next_place;
static atomic_long seen; /* so that no work is left out as unused */

static void fail(const char *what) {
    fprintf(stderr, "floor: %s\n", what);
    exit(1);
}

static void shrink(const unsigned char *from, unsigned char *to, unsigned short *sums) {
    int values = width / SHRINK * 3;
    for (int y = 0; y < height / SHRINK; y++) {
        memset(sums, 0, sizeof *sums * (size_t)values);
        for (int row = 0; row < SHRINK; row++, from += (size_t)width * 3)
            for (int x = 0; x < width / SHRINK; x++)
                for (int c = 0; c < 3; c++) {
                    const unsigned char *p = from + x * SHRINK * 3 + c;
                    sums[x * 3 + c] += (unsigned short)(p[0] + p[3] + p[6] + p[9]);
                }
        for (int i = 0; i < values; i++)
            *to++ = (unsigned char)((sums[i] + SHRINK * SHRINK / 2) / (SHRINK * SHRINK));
    }
}

static void *work(void *unused) {
    size_t frame_bytes = (size_t)width * (size_t)height * 3;
    int small_w = width / SHRINK, small_h = height / SHRINK;
    unsigned char *stored = malloc(frame_bytes * 2), *frame = malloc(frame_bytes), *small = malloc(frame_bytes);
    unsigned char *coded = malloc(frame_bytes);
    unsigned short *sums = malloc(sizeof *sums * (size_t)width * 3);
    struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
    tjhandle decoder = tjInitDecompress(), encoder = tjInitCompress();
    if (!stored || !frame || !small || !coded || !sums || !inflater || !decoder || !encoder)
        fail("no memory");
    for (int at; (at = atomic_fetch_add(&next_place, 1)) < count;) {
        struct place p = places[at];
        if ((size_t)p.length > frame_bytes * 2 || pread(files[p.file], stored, (size_t)p.length, p.offset) != p.length)
            fail("a frame cannot be read");
        unsigned char *picture = stored;
        if (kind == 'g') {
            size_t made;
            if (libdeflate_zlib_decompress(inflater, stored, (size_t)p.length, frame, frame_bytes, &made) || made != frame_bytes)
                fail("a frame does not inflate");
            picture = frame;
        } else if (kind == 'j') {
            picture = mode == 'f' ? frame : small;
            if (tjDecompress2(decoder, stored, (unsigned long)p.length, picture, mode == 'f' ? width : small_w, 0,
                              mode == 'f' ? height : small_h, TJPF_RGB, 0))
                fail(tjGetErrorStr2(decoder));
        }
        if (mode != 'f' && kind != 'j') {
            shrink(picture, small, sums);
            picture = small;
        }
        if (mode == 'c') {
            unsigned long length = frame_bytes;
            if (tjCompress2(encoder, small, small_w, 0, small_h, TJPF_RGB, &coded, &length, TJSAMP_420, QUALITY, TJFLAG_NOREALLOC))
                fail(tjGetErrorStr2(encoder));
            picture = coded;
        }
        seen += picture[0];
    }
    return unused;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
    if (argc != 7)
        fail("usage: floor PLAN KIND MODE THREADS WIDTH HEIGHT");
    FILE *plan = fopen(argv[1], "r");
    int file_count, threads = atoi(argv[4]);
    kind = argv[2][0], mode = argv[3][0], width = atoi(argv[5]), height = atoi(argv[6]);
    char path[4096];
    if (!plan || threads < 1 || threads > 64 || width < SHRINK || height < SHRINK || fscanf(plan, "%d\n", &file_count) != 1)
        fail("the plan cannot be read");
    files = malloc(sizeof *files * (size_t)file_count);
    for (int at = 0; at < file_count; at++) {
        if (!fgets(path, sizeof path, plan))
            fail("the plan ends early");
        path[strcspn(path, "\n")] = 0;
        if ((files[at] = open(path, O_RDONLY)) < 0)
            fail(path);
    }
    if (fscanf(plan, "%d", &count) != 1)
        fail("the plan ends early");
    places = malloc(sizeof *places * (size_t)count);
    for (int at = 0; at < count; at++)
        if (fscanf(plan, "%d %ld %ld", &places[at].file, &places[at].offset, &places[at].length) != 3)
            fail("the plan ends early");
    pthread_t running[64];
    double began = now();
    for (int at = 0; at < threads; at++)
        pthread_create(&running[at], NULL, work, NULL);
    for (int at = 0; at < threads; at++)
        pthread_join(running[at], NULL);
    printf("%.1f\n", count / (now() - began));
    return seen < 0;
}

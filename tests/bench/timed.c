/* SPDX-License-Identifier: MIT */
/*
 * Runs a command, and writes its seconds and its peak memory in KiB to a file. A program of
 * its own, since the peak of a process starts with that of the one it was forked from.
 *
 *   timed FILE COMMAND…
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int status;

	if (argc < 3)
		return 2;
	double start = now();
	pid_t child = fork();
	if (child == 0) {
		execv(argv[2], argv + 2);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) < 0)
		return 1;
	double seconds = now() - start;
	FILE *file = fopen(argv[1], "w");
	if (!file)
		return 1;
	fprintf(file, "%f %ld\n", seconds, usage.ru_maxrss);
	if (fclose(file) != 0)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* SPDX-License-Identifier: MIT */
/*
 * A wall clock of its own for one host of the lab, by preloading: what asks libc for the time
 * of day gets it moved by the seconds in /etc/lab_clock. Monotonic time is left alone. Programs
 * that ask the kernel themselves (Go's) and the kernel's own timers are not reached.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t offset(void)
{
	int saved = errno;
	char text[24] = "";
	int fd = open("/etc/lab_clock", O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		if (read(fd, text, sizeof(text) - 1) < 0)
			text[0] = '\0';
		close(fd);
	}
	errno = saved;
	return strtol(text, NULL, 10);
}

int clock_gettime(clockid_t id, struct timespec *now)
{
	long status = syscall(SYS_clock_gettime, id, now);

	if (status == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		now->tv_sec += offset();
	return (int)status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec spec;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &spec) != 0)
		return -1;
	now->tv_sec = spec.tv_sec;
	now->tv_usec = spec.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *out)
{
	struct timespec spec;

	clock_gettime(CLOCK_REALTIME, &spec);
	if (out != NULL)
		*out = spec.tv_sec;
	return spec.tv_sec;
}

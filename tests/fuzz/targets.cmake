# wgctl_fuzz_target(NAME LIBRARY…): one line a target.
wgctl_fuzz_target(prefix net key)
wgctl_fuzz_target(edit site)
wgctl_fuzz_target(wgconf render)
wgctl_fuzz_target(template render)
wgctl_fuzz_target(site site)
wgctl_fuzz_target(status host)
wgctl_fuzz_target(report host)

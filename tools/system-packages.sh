#!/bin/sh
# system-packages.sh LIST COMMAND...: make the commands present by installing the Debian packages of LIST when allowed to,
# else say which to install and fail.
set -u
list=$1
shift
absent=
for command in "$@"; do
    command -v "$command" >/dev/null 2>&1 || absent="$absent $command"
done
[ -z "$absent" ] && exit 0
packages=$(tr '\n' ' ' <"$list")
if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        as_root=no
    fi
    if [ "$as_root" != no ]; then
        log=$(mktemp)
        # shellcheck disable=SC2086
        if { $as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $packages; } >"$log" 2>&1; then
            rm -f "$log"
            exit 0
        fi
        tail -n 5 "$log" >&2
    fi
fi
echo "Missing:$absent. Install the system packages: apt-get install $packages(or your system's like), then run make again." >&2
exit 1

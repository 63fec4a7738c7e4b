# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
# shellcheck shell=bash disable=SC2034 # the steps use the variables
# For all steps, which run as root on the booted machine. $PARCEL has what the host
# sends: the project's sources (source/), its packages (new/, and old/ with a lower
# version).

PARCEL=/mnt/parcel
VERSION=$(<"$PARCEL/source/VERSION")
export DEBIAN_FRONTEND=noninteractive
step_failed=0

# holds NAME COMMAND…: a test that COMMAND succeeds. In a function each command must.
holds()
{
	local name=$1 start=$SECONDS status

	shift
	set +e
	(
		set -e
		"$@"
	) >/run/holds.log 2>&1 </dev/null
	status=$?
	set -e
	if ((!status)); then
		echo "ok - $name"
	else
		sed 's/^/# /' /run/holds.log
		step_failed=1
		echo "not ok - $name"
	fi
	echo "# $((SECONDS - start)) s"
}

# fails COMMAND…: succeeds if COMMAND fails.
fails()
{
	! "$@"
}

# quote COMMAND…: show a command's output in the log.
quote()
{
	"$@" 2>&1 | sed 's/^/# /'
}

# Take packages from these directories of the parcel or of the repository disk.
use_packages()
{
	local directory

	for directory; do
		echo "deb [trusted=yes] file:$directory ./"
	done >/etc/apt/sources.list.d/check.list
	apt-get update -q
}

as_tester()
{
	runuser -u tester -- "$@"
}

examples_run()
{
	as_tester "$PARCEL/source/debian/tests/examples"
}

all_may_open_the_device()
{
	[[ $(stat -c '%t %a' /dev/spawn_template) == *' 666' ]]
}

loaded_version_is()
{
	[[ $(</sys/module/outspawn/version) == "$1" ]]
}

# The module that modprobe finds for the running kernel.
installed_version_is()
{
	[[ $(modinfo -F version outspawn) == "$1" ]]
}

# in_unit PROPERTY… -- COMMAND…: run a command in a unit with these settings.
in_unit()
{
	local properties=()

	while [[ $1 != -- ]]; do
		properties+=(-p "$1")
		shift
	done
	shift
	systemd-run -q --pipe --wait --collect "${properties[@]}" "$@"
}

spawn_fails()
{
	fails in_unit "$@" -- outspawn run -- /bin/true
}

# What outspawn-services(7) says.
check_services()
{
	local rule='DeviceAllow=/dev/spawn_template r'

	holds 'service: DynamicUser allows spawns by path' \
		in_unit DynamicUser=yes -- outspawn run --path-search -- true
	holds 'service: DynamicUser allows templates of a path, and opens' \
		in_unit DynamicUser=yes -- outspawn run --stdin /dev/null -- /bin/true
	holds 'service: User' in_unit User=tester -- outspawn run -- /bin/true
	holds 'service: a closed policy hides the device' spawn_fails DevicePolicy=closed
	holds 'service: DeviceAllow gives it' \
		in_unit User=tester DevicePolicy=closed "$rule" -- outspawn doctor
	holds 'service: PrivateDevices hides the device' spawn_fails PrivateDevices=yes
	holds 'service: BindPaths gives it' \
		in_unit PrivateDevices=yes BindPaths=/dev/spawn_template "$rule" -- outspawn run -- /bin/true
	holds 'service: SystemCallFilter=@system-service allows spawns' \
		in_unit User=tester SystemCallFilter=@system-service NoNewPrivileges=yes \
		ProtectSystem=strict ProtectKernelModules=yes RestrictNamespaces=yes \
		-- outspawn run -- /bin/true
}

# The machine after a boot with the project installed.
check_boot()
{
	quote uname -r
	holds 'the boot has loaded the module' test -d /sys/module/outspawn
	holds 'all users may open the device' all_may_open_the_device
	# udev may still go through the devices that were there before it.
	udevadm settle --timeout=120 || true
	quote udevadm info /dev/spawn_template
	holds 'systemd has a unit for the device' systemctl is-active dev-spawn_template.device
	holds "an ordinary user runs README's examples" examples_run
	check_services
	holds 'no unit failed' no_unit_failed
}

no_unit_failed()
{
	systemctl --failed --no-legend
	[[ -z $(systemctl --failed --no-legend) ]]
}

# The machine after a removal and a boot. Logs and the linker's cache may remember.
nothing_is_left()
{
	local found

	found=$(find / -xdev \( -path /proc -o -path /sys -o -path /mnt -o -path /var/log \
		-o -path /root/source \) -prune -o \( -iname '*outspawn*' -o -iname '*spawn_template*' \) -print)
	echo "$found"
	[[ ! $found ]]
	[[ ! -e /dev/spawn_template && ! -d /sys/module/outspawn ]]
	[[ $(dkms status) != *outspawn* ]]
	found=$(dpkg-query -W -f '${Package} ${Status}\n' | grep outspawn || true)
	[[ ! $found ]]
	fails grep -rl outspawn /etc /usr/lib/modules-load.d /usr/lib/udev /lib/modules/*/modules.* /usr/local
}

check_nothing_left()
{
	quote uname -r
	holds 'nothing is left' nothing_is_left
	holds 'no unit failed' no_unit_failed
}

#!/usr/bin/env bash
# What the optional engine's C++ library needs to be built: cmake, a C++ compiler, make, the headers of Boost.
# Installs what is missing with the system's packages where it may. Ends with 0 if everything is there, with 3 and a
# word about it where it cannot be had. Changes nothing where everything is there.
set -euo pipefail

missing() {
	local list=()
	command -v "${CMAKE:-cmake}" > /dev/null || list+=(cmake)
	command -v make > /dev/null || list+=(make)
	command -v c++ > /dev/null || list+=(c++)
	if command -v c++ > /dev/null; then
		echo '#include <boost/graph/adjacency_list.hpp>' | c++ -x c++ -std=c++17 -fsyntax-only - 2> /dev/null || list+=(boost)
	else
		list+=(boost)
	fi
	echo "${list[*]}"
}

cannot() {
	echo "vectorscan: $1" >&2
	echo "vectorscan: missing: $(missing). Install cmake, make, a C++17 compiler and the headers of Boost (1.61 or later)," >&2
	echo "vectorscan: as in: apt-get install cmake make g++ libboost-dev. Everything but the optional engine works without." >&2
	exit 3
}

[ -n "$(missing)" ] || exit 0
echo "vectorscan: installing what is missing: $(missing)" >&2

root=()
if [ "$(id -u)" -ne 0 ]; then
	if command -v sudo > /dev/null && sudo -n true 2> /dev/null; then
		root=(sudo -n)
	elif ! command -v brew > /dev/null; then
		cannot 'only root may install packages'
	fi
fi

log="$(mktemp)"
trap 'rm -f "$log"' EXIT

with() {
	"$@" >> "$log" 2>&1
}

install() {
	if command -v apt-get > /dev/null; then
		local packages=(cmake make g++ libboost-dev)
		with "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}" \
			|| { with "${root[@]}" apt-get update \
				&& with "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}"; }
	elif command -v dnf > /dev/null; then
		with "${root[@]}" dnf install -y cmake make gcc-c++ boost-devel
	elif command -v zypper > /dev/null; then
		with "${root[@]}" zypper --non-interactive install cmake make gcc-c++ libboost_headers-devel
	elif command -v pacman > /dev/null; then
		with "${root[@]}" pacman -Sy --noconfirm --needed cmake make gcc boost
	elif command -v apk > /dev/null; then
		with "${root[@]}" apk add cmake make g++ boost-dev
	elif command -v brew > /dev/null; then
		with brew install cmake boost
	else
		cannot 'no package manager that is known here'
	fi
}

install || { tail -n 5 "$log" >&2; cannot 'the packages cannot be installed'; }
[ -z "$(missing)" ] || cannot 'something is still missing after the packages were installed'

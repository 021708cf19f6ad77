#!/usr/bin/env bash
# Debian's Chromium, for the test that opens a page in a browser. Needs root and apt-get; says why where it cannot.
set -euo pipefail

if command -v chromium >/dev/null; then
	exit 0
fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
	echo "Chromium can only be installed by root and with apt-get" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# a font beside it: without one a headless machine draws boxes
apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null

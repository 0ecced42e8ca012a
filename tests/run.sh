#!/usr/bin/env bash
# Builds everything and runs all tests; installs python3-foolscap and chromium where they are missing (Debian or Ubuntu).
# The last line counts the tests: "N passed, N failed, N skipped". Extra arguments go to `dotnet test`.
set -u
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
results=artifacts/test-results

packages=
/usr/bin/python3 -c 'import foolscap' 2>/dev/null || packages="$packages python3-foolscap"
[ -n "${CHROMIUM:-}" ] || [ -x /usr/bin/chromium ] || [ -x /usr/bin/chromium-browser ] || [ -x /usr/bin/google-chrome ] || packages="$packages chromium fonts-dejavu-core"
if [ -n "$packages" ]; then
    echo "Installing$packages: the interop tests talk to Foolscap, and the status page is opened in Chromium."
    as_root=$([ "$(id -u)" = 0 ] || echo sudo)
    $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null || {
        echo "$packages could not be installed; on another system install Foolscap 21.7 for /usr/bin/python3, and name a Chromium in \$CHROMIUM." >&2
        exit 1
    }
fi

rm -rf "$results"
dotnet build Foolscap.Relay.sln || exit 1
# Two projects at a time: many tests wait for a peer, and two cores would stand still. They go in the solution's order, in
# which those that take longest stand first, so that none of them runs alone at the end.
dotnet test Foolscap.Relay.sln -m:2 --no-build --logger trx --results-directory "$results" "$@"
status=$?

grep -ho '<Counters [^>]*' "$results"/*.trx | awk '
    function count(name) { match($0, " " name "=\"[0-9]+"); return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) }
    { total += count("total"); executed += count("executed"); passed += count("passed") }
    END { print passed + 0 " passed, " executed - passed " failed, " total - executed " skipped" }'
exit $status

#!/usr/bin/env bash
# Builds everything, checks the formatting and runs all tests. Arguments go to "dotnet test":
#
#   ./test.sh --filter FullyQualifiedName~Topics
#
# Installs the programs that tests use where it may (Debian and Ubuntu, as root or with sudo); elsewhere the tests that miss
# one are skipped and say so. With CI=true a skipped test is a failure. The last line is "N passed, N failed".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# Release: what is tested is what is deployed, and optimised code is what the limits on time and memory are meant for.
readonly configuration=Release
readonly run_limit=40m hang_limit=5m

# No build server stays behind.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

results=$(mktemp -d)
tests=
policy=
finish() {
  # The tests are a process group of their own ("set -m"): whatever a crash left behind goes with it.
  [[ -z $tests ]] || kill -KILL -- "-$tests" 2> /dev/null || true
  allow_services
  rm -rf "$results"
}
# A test runs the bridge as a user without rights, from a temporary folder.
chmod 711 "$results"
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  echo "$1" >&2
  echo '0 passed, 1 failed'
  exit 1
}

# --- 1. The programs that tests use -------------------------------------------------------------------------------------------

has() { PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$1" > /dev/null; }

missing_packages() {
  has mosquitto || echo mosquitto
  { has mosquitto_pub && has mosquitto_sub; } || echo mosquitto-clients
  has chromium || has chromium-browser || has google-chrome || echo chromium
  has openssl || echo openssl
  has curl || echo curl
  has node || echo nodejs
  has npm || echo npm
}

as_root() { if ((EUID == 0)); then "$@"; else sudo -n "$@"; fi; }

can_install() { has apt-get && { ((EUID == 0)) || sudo -n true 2> /dev/null; }; }

# The package of mosquitto starts a service on port 1883, which nobody asked for; 101 is how Debian says "do not start".
forbid_services() {
  [[ ! -e /usr/sbin/policy-rc.d ]] || return 0
  policy=/usr/sbin/policy-rc.d
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" > /dev/null
  as_root chmod 755 "$policy"
}

allow_services() {
  [[ -z $policy ]] || as_root rm -f "$policy"
  policy=
}

install_tools() {
  local packages package
  packages=$(missing_packages)
  [[ -n $packages ]] || return 0
  echo "Missing:" $packages
  can_install || { echo 'Not installed from here; tests that need them are skipped.'; return 0; }
  forbid_services
  as_root apt-get update -qq || true
  # One by one: where one is not to be had, the others still are.
  for package in $packages; do
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" > /dev/null ||
      echo "Could not install $package."
  done
  allow_services
}

# --- 2. The results -----------------------------------------------------------------------------------------------------------

# Prints "passed failed skipped" over all result files.
count_results() {
  local counters total=0 executed=0 passed=0 file
  for file in "$results"/*.trx; do
    [[ -e $file ]] || continue
    counters=$(grep -m1 -o '<Counters [^>]*' "$file")
    total=$((total + $(counter total "$counters")))
    executed=$((executed + $(counter executed "$counters")))
    passed=$((passed + $(counter passed "$counters")))
  done
  echo "$passed $((executed - passed)) $((total - executed))"
}

skip_reasons() { grep -h -A3 'outcome="NotExecuted"' "$results"/*.trx | sed -n 's/.*<Message>\(.*\)<\/Message>.*/\1/p' | sort | uniq -c; }

counter() { sed -E "s/.* $1=\"([0-9]+)\".*/\1/" <<< "$2"; }

# --- 3. Build, check, test ----------------------------------------------------------------------------------------------------

command -v dotnet > /dev/null || fail "Needs the .NET SDK of global.json: https://dotnet.microsoft.com/download"
install_tools
dotnet build --configuration "$configuration" || fail 'The build failed.'

problems=0
dotnet format --verify-no-changes --no-restore || { echo 'The formatting is not clean: run "dotnet format".'; problems=1; }

limit=
if has timeout; then limit="timeout --kill-after=30s $run_limit"; fi
# So that what a killed test run leaves in the temporary folder is removed too.
mkdir "$results/tmp"
set -m
TMPDIR="$results/tmp" $limit dotnet test --no-build --configuration "$configuration" \
  --logger trx --results-directory "$results" \
  --blame-hang-timeout "$hang_limit" --blame-hang-dump-type none "$@" &
tests=$!
set +m
status=0
wait "$tests" || status=$?

read -r passed failed skipped < <(count_results)
if ((passed + failed + skipped == 0)); then
  echo 'No test ran.'
  problems=$((problems + 1))
elif ((status != 0 && failed == 0)); then
  echo "The tests did not run to their end (exit code $status)."
  failed=1
fi
if ((skipped > 0)); then
  echo 'Skipped:'
  skip_reasons
fi
if [[ ${CI:-} == true ]] && ((skipped > 0)); then
  echo 'With CI=true no test may be skipped.'
  problems=$((problems + 1))
fi

failed=$((failed + problems))
summary="$passed passed, $failed failed"
((skipped == 0)) || summary+=", $skipped skipped"
echo "$summary"
((failed == 0))

#!/usr/bin/env bash
# Installs what the tests need, builds, runs every test project, and ends with one line: N passed, N failed, N skipped.
#   ./test.sh          the normal run (under 15 minutes)
#   ./test.sh --fast   unit tests only (under 2 minutes)
#   ./test.sh --long   the full counts of kill rounds, documents and fuzz inputs
set -u
cd "$(dirname "$0")"

# Each run is a project and a filter. Integration tests mostly wait, so lanes of them run beside the others, one filter of a lane after the other.
integration=tests/Hub.IntegrationTests
lanes=('FullyQualifiedName~.Faults. FullyQualifiedName~.Backup.|FullyQualifiedName~.Docs.|FullyQualifiedName~.Telemetry.'
  'FullyQualifiedName~.OneHub.|FullyQualifiedName~.PowerCut. FullyQualifiedName~.Storage.|FullyQualifiedName~.Stores.|FullyQualifiedName~.Nodes.')
rest=$(tr -s ' |' '\n' <<<"${lanes[*]}" | sed 's/~/!~/' | paste -sd '&')
runs=('tests/Hub.Tests FullyQualifiedName~.' "$integration $rest")
for argument in "$@"; do
  case "$argument" in
    --long) export HUB_TEST_LONG=1 ;;
    --fast) runs=('tests/Hub.Tests FullyQualifiedName~.') lanes=() ;;
    *) echo "usage: ./test.sh [--fast | --long]" >&2; exit 2 ;;
  esac
done

declare -A package_of=([xmlsec1]=xmlsec1 [openssl]=openssl [python3]=python3 [curl]=curl [strace]=strace [node]=nodejs [gcc]='gcc libc6-dev')
missing=()
for program in "${!package_of[@]}"; do
  command -v "$program" >/dev/null && continue
  read -ra packages <<<"${package_of[$program]}"
  missing+=("${packages[@]}")
done
# The server's programs; the cluster that Debian's package makes is neither started nor used.
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
if ((${#missing[@]})); then
  echo "Installing ${missing[*]} ..."
  as_root=(); [ "$(id -u)" = 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null \
    || { echo "Could not install ${missing[*]}; install them and run again." >&2; exit 1; }
fi

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
echo "Building ..."
dotnet build Hub.sln -c Release --nologo -v quiet || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# Usage: run_tests NAME PROJECT FILTER
run_tests() {
  dotnet test "$2" -c Release --no-build --nologo --filter "$3" --logger "trx;LogFileName=$1.trx" \
    --results-directory "$results" --blame-hang-timeout 10m --blame-hang-dump-type none || touch "$results/$1.failed"
}

# Usage: run_lane NUMBER FILTER...
run_lane() {
  local lane=$1 number=0
  shift
  for filter in "$@"; do
    number=$((number + 1))
    run_tests "lane-$lane-$number" "$integration" "$filter"
  done
}

count=0
others=()
for lane in "${!lanes[@]}"; do
  read -ra filters <<<"${lanes[$lane]}"
  count=$((count + ${#filters[@]}))
  echo "Testing ${filters[*]} (beside the others; its output comes at the end) ..."
  run_lane "$lane" "${filters[@]}" >"$results/lane-$lane.log" 2>&1 &
  others+=("$!")
done
for run in "${runs[@]}"; do
  count=$((count + 1))
  echo "Testing $run ..."
  run_tests "run-$count" $run
done
for other in "${others[@]}"; do wait "$other"; done
cat "$results"/*.log 2>/dev/null
failed_runs=0
compgen -G "$results/*.failed" >/dev/null && failed_runs=1

python3 - "$results" tests/allowed-skips.txt "$failed_runs" "$count" <<'PY'
import glob, sys, xml.etree.ElementTree as tree
results, allowed_file, failed_runs, expected = sys.argv[1], sys.argv[2], sys.argv[3] == "1", int(sys.argv[4])
allowed = {line.split("#")[0].strip() for line in open(allowed_file, encoding="utf-8")} - {""}
def may_be_skipped(name):
    # A line that ends with * stands for every test whose name begins so: a whole fixture.
    return name in allowed or any(line.endswith("*") and name.startswith(line[:-1]) for line in allowed)

seconds = {}
space = "{http://microsoft.com/schemas/VisualStudio/TeamTest/2010}"
passed = failed = skipped = 0
files = glob.glob(results + "/*.trx")
for path in files:
    document = tree.parse(path)
    names = {test.get("id"): test.find(space + "TestMethod").get("className") + "." + test.find(space + "TestMethod").get("name")
             for test in document.iter(space + "UnitTest")}
    for result in document.iter(space + "UnitTestResult"):
        outcome, name = result.get("outcome"), names.get(result.get("testId"), result.get("testName"))
        hours, minutes, rest = (result.get("duration") or "0:0:0").split(":")
        fixture = name.rpartition(".")[0]
        seconds[fixture] = seconds.get(fixture, 0) + int(hours) * 3600 + int(minutes) * 60 + float(rest)
        if outcome == "Passed":
            passed += 1
        elif outcome == "Failed":
            failed += 1
            print("FAILED", name)
        elif may_be_skipped(name):
            skipped += 1
        else:
            failed += 1
            print("SKIPPED WITHOUT LEAVE", name)
print("Slowest:", ", ".join(f"{fixture} {took:.0f} s" for fixture, took in sorted(seconds.items(), key=lambda pair: -pair[1])[:25]))
if len(files) < expected or (failed_runs and not failed):
    failed += 1
    print("A test run ended without a complete result.")
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed or not passed else 0)
PY

#!/bin/sh
# Several hosts on one machine: network namespaces with addresses of their own, joined by a bridge, each link limited to 100 Mbit/s.
# hosts.sh <ranks program> <mpirun of Open MPI>: as root. Shows that 2 to 4 hosts give the bits of one process, that a link that is taken down
# in mid-run ends every rank with an error within $most seconds, and that with the link up a killed run goes on to the bits of an undisturbed
# one.
# Prints "SKIPPED: why" where namespaces cannot be made.
set -u
program=$1 mpirun=$2
most=30
hosts="weir1 weir2 weir3 weir4"
scratch=$(mktemp -d) || exit 1
failures=0

fail() { printf 'FAILED: %s\n' "$*"; failures=$((failures + 1)); }

clean() {
  for host in $hosts; do ip netns del "$host" 2>/dev/null; done
  ip link del weirbr 2>/dev/null
  rm -rf "$scratch"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

[ "$(id -u)" = 0 ] || { echo "SKIPPED: several hosts need root, who may make network namespaces"; exit 0; }
command -v ip >/dev/null && command -v tc >/dev/null || { echo "SKIPPED: ip or tc is not installed (iproute2)"; exit 0; }
ip link add weirbr type bridge 2>/dev/null || { echo "SKIPPED: no bridge can be made here"; exit 0; }
ip addr add 10.77.0.254/24 dev weirbr
ip link set weirbr up
number=0
for host in $hosts; do
  number=$((number + 1))
  ip netns add "$host" || { echo "SKIPPED: no network namespace can be made here"; exit 0; }
  ip link add "$host" type veth peer name eth0 netns "$host"
  ip link set "$host" master weirbr up
  ip -n "$host" addr add 10.77.0.$number/24 dev eth0
  ip -n "$host" link set eth0 up
  ip -n "$host" link set lo up
  for device in "dev $host" "netns"; do
    if [ "$device" = netns ]; then
      ip netns exec "$host" tc qdisc add dev eth0 root tbf rate 100mbit burst 64kb latency 50ms
    else
      tc qdisc add dev "$host" root tbf rate 100mbit burst 64kb latency 50ms
    fi || { echo "SKIPPED: tc cannot limit a link here"; exit 0; }
  done
done

# Open MPI's remote start: <agent> HOST COMMAND...
cat >"$scratch/agent" <<'END'
#!/bin/sh
case $1 in
  10.77.0.*) host=weir${1##*.}; shift; exec ip netns exec "$host" sh -c "$*" ;;
esac
echo "no such host: $1" >&2
exit 1
END
chmod +x "$scratch/agent"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMP_NUM_THREADS=1

# ranks HOSTS COMMAND...: one rank on each of the first hosts, all by TCP over the bridge.
ranks() {
  count=$1
  shift
  list=10.77.0.1
  i=2
  while [ $i -le "$count" ]; do list=$list,10.77.0.$i; i=$((i + 1)); done
  timeout 300 "$mpirun" --mca plm_rsh_agent "$scratch/agent" --mca plm_rsh_no_tree_spawn 1 --mca routed direct \
    --mca pml ob1 --mca btl tcp,self --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 \
    --mca oob_tcp_keepalive_time 5 --mca oob_tcp_keepalive_intvl 3 --mca oob_tcp_keepalive_probes 3 \
    --host "$list" -n "$count" -x OMP_NUM_THREADS "$program" "$@"
}

"$program" train "$scratch/one" || fail "one process: exit code $?"
for count in 2 3 4; do
  ranks $count train "$scratch/hosts$count" >"$scratch/log" 2>&1 || { fail "$count hosts: exit code $?"; cat "$scratch/log"; }
  rank=0
  while [ $rank -lt $count ]; do
    cmp -s "$scratch/one.0" "$scratch/hosts$count.$rank" || fail "$count hosts: rank $rank has other bits than one process"
    rank=$((rank + 1))
  done
  [ $failures -gt 0 ] || echo "$count hosts: the bits of one process"
done

# The link of the second host goes down once the run is under way.
ranks 2 resume "$scratch/whole" 1000000 >/dev/null 2>&1 || fail "the undisturbed run: exit code $?"
ranks 2 until 0 forever >"$scratch/log" 2>&1 &
run=$!
sleep 10
begin=$(date +%s)
ip link set weir2 down
wait $run
code=$?
took=$(($(date +%s) - begin))
ip link set weir2 up
[ $code -ne 0 ] && [ $code -ne 124 ] || fail "the link down: exit code $code"
[ $took -le $most ] || fail "the link down: the ranks took $took s to end, expected at most $most"
echo "the link down: mpirun returned $code after $took s"
left=$(pgrep -f "^$program until 0 forever")
[ -z "$left" ] || { fail "the link down: ranks are left: $left"; for pid in $left; do kill -9 "$pid"; done; }
sleep 3
ranks 2 resume "$scratch/again" 6 >/dev/null 2>&1 && fail "the killed run returned 0"
ranks 2 resume "$scratch/again" 6 >"$scratch/log" 2>&1 || { fail "the run that goes on: exit code $?"; cat "$scratch/log"; }
cmp -s "$scratch/whole.result" "$scratch/again.result" || fail "the run that goes on has other bits than an undisturbed one"
[ $failures -eq 0 ] && echo "every host gave the same bits, and no rank waited for ever"
exit $failures

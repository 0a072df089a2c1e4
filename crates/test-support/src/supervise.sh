# Runs one program for one test, and outlives the test just long enough to clean up after it.
#
# usage: sh supervise.sh FOLDER SIGNAL TRIES PROGRAM [ARGUMENT...]
#
# Standard input is a pipe whose other end only the test holds: however the test ends, also by SIGKILL, the kernel
# closes that end. Then the program is sent SIGNAL (and SIGKILL after TRIES times 50 ms), and FOLDER is removed.
# While the test runs, FOLDER/exit-status appears as soon as the program has ended by itself.
folder=$1
signal=$2
grace=$3
shift 3
trap '' INT HUP
trap : TERM
exec 3<&0

"$@" </dev/null >"$folder/log" 2>&1 3<&- &
program=$!

(
    while read -r _ <&3; do :; done
    kill -s "$signal" "$program"
    tries=0
    while kill -0 "$program" && [ "$tries" -lt "$grace" ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
    kill -s KILL "$program"
) 2>/dev/null >/dev/null &
reader=$!

status=0
wait "$program" || status=$?
# A signal to the supervisor itself interrupts `wait`: the program is then still there.
while kill -0 "$program" 2>/dev/null; do
    wait "$program" || status=$?
done
echo "$status" >"$folder/exit-status.part"
mv "$folder/exit-status.part" "$folder/exit-status"
while kill -0 "$reader" 2>/dev/null; do
    wait "$reader"
done
cd /
# What the program started may still be writing while it goes.
tries=0
while rm -rf -- "$folder" 2>/dev/null; [ -e "$folder" ] && [ "$tries" -lt 100 ]; do
    sleep 0.05
    tries=$((tries + 1))
done

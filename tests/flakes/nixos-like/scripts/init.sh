
# Stage 2 of the boot. Like the real one it begins with nothing but the store, and ends as systemd.
systemConfig=@systemConfig@
export PATH=@busybox@/bin HOME=/root

echo "<<< NixOS-like stage 2 >>>"
$systemConfig/activate

echo "starting systemd..."
exec env PATH=/run/current-system/sw/bin /run/current-system/systemd/lib/systemd/systemd "$@"

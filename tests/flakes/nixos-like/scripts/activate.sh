
# Makes the file system around the store, at every start, as NixOS' activation does.
systemConfig=@systemConfig@
export PATH=@busybox@/bin

# A fresh /run would hide what is made here if systemd mounted it later.
mkdir -p /run
grep -q ' /run ' /proc/mounts || mount -t tmpfs -o mode=755,nosuid,nodev tmpfs /run
ln -sfn $systemConfig /run/current-system

# Debian's programs find their parts below /usr.
mkdir -p /usr/bin /usr/lib /usr/sbin /usr/share /var/lib /var/log
ln -sfn @libraries@ /usr/lib/@triple@
for part in systemd tmpfiles.d; do
  ln -sfn @systemd@/lib/$part /usr/lib/$part
done
ln -sfn @systemd@/share/dbus-1 /usr/share/dbus-1
mkdir -p /lib
for part in systemd @triple@; do
  ln -sfn /usr/lib/$part /lib/$part
done
ln -sfn @tools@/bin/* /usr/bin/
mkdir -p /bin /sbin
for folder in /bin /sbin; do
  for program in mount umount; do
    [ -e $folder/$program ] || ln -s /usr/bin/$program $folder/$program
  done
done

# /etc, of which links lead into the system's configuration.
mkdir -p /etc
ln -sfn $systemConfig/etc /etc/static
for entry in $systemConfig/etc/*; do
  name=${entry##*/}
  [ -d /etc/$name ] && [ ! -L /etc/$name ] || ln -sfn /etc/static/$name /etc/$name
done
[ -e /etc/machine-id ] || : > /etc/machine-id

# The real activation makes accounts of this file and keeps those that it finds.
[ -s @accounts@ ] && [ -s /etc/passwd ]

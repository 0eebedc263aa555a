#!/bin/sh
# Builds the images of this folder with umoci and skopeo from content that dpkg, pip and npm
# installed, without the code (only lists of packages are read). make.sh DPKG-ROOT WORK OUT
# DPKG-ROOT: made by `dpkg --root=… --force-all --unpack|--install` of Debian 12 packages.
set -eu
root=$1 work=$2 out=$3
rm -rf "$work" && mkdir -p "$work" && cd "$work"
umoci init --layout oci
umoci new --image oci:base
umoci unpack --rootless --image oci:base bundle
into=bundle/rootfs
mkdir -p $into/etc $into/usr/lib/python3/dist-packages $into/var/lib/dpkg $into/usr/share/doc $into/app
cp "$root/usr/lib/os-release" $into/usr/lib/
ln -s ../usr/lib/os-release $into/etc/os-release
ln -s usr/lib $into/lib
cp "$root/var/lib/dpkg/status" $into/var/lib/dpkg/
for name in curl libonig5; do
  mkdir $into/usr/share/doc/$name && cp "$root/usr/share/doc/$name/copyright" $into/usr/share/doc/$name/
done
cp -r "$root"/usr/lib/python3/dist-packages/*.egg-info $into/usr/lib/python3/dist-packages/
site=$into/usr/local/lib/python3.11/site-packages
pip install --quiet --no-deps --no-compile --target $site idna==3.4 six==1.16.0
(cd $into/app && npm install --silent --no-audit --no-fund ms@2.1.3 semver@7.5.4)
slim() { # keep lists, drop code
  find $site -type f ! -path '*.dist-info/*' -delete
  find $into/app -type f ! -name '.package-lock.json' ! -name 'package*.json' -delete
  find $into -type d -empty -delete
}
slim
umoci repack --refresh-bundle --image oci:image bundle
pip install --quiet --no-deps --no-compile --upgrade --target $site idna==3.7
rm -rf $site/six* $site/idna-3.4.dist-info
slim
umoci repack --image oci:image bundle
umoci rm --image oci:base && umoci gc --layout oci
skopeo copy --quiet oci:oci:image oci:layout:demo
skopeo copy --quiet --dest-compress-format zstd --dest-compress oci:oci:image oci:zstd:demo
skopeo copy --quiet oci:oci:image docker-archive:docker.tar:demo:latest
skopeo copy --quiet oci:oci:image oci-archive:archive.tar:demo
gzip -n -9 -k docker.tar
pip list --path $site --format freeze > pip.txt
dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${Package} ${Version} ${source:Package} ${source:Version} ${Status}\n' > dpkg.txt
mkdir -p "$out" && cp -r layout zstd docker.tar.gz archive.tar "$out"/

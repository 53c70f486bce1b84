#!/usr/bin/env bash
# Samar.app into a disk image:  make_dmg.sh Samar.app TARGET.dmg
#
# Signed and notarised when these are set; else the image is unsigned and says so:
#   SAMAR_SIGNING_IDENTITY   name of a Developer ID Application certificate in the keychain
#   SAMAR_NOTARY_PROFILE     name of credentials stored with `xcrun notarytool store-credentials`
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
app=$1 target=$2

if [[ -n ${SAMAR_SIGNING_IDENTITY:-} ]]; then
    # from the inside out: every library first, then the app that seals them
    find "$app" -type f \( -name '*.dylib' -o -name '*.so' \) -print0 |
        xargs -0 -n 50 codesign --force --timestamp --options runtime --sign "$SAMAR_SIGNING_IDENTITY"
    codesign --force --timestamp --options runtime --entitlements "$here/entitlements.plist" \
        --sign "$SAMAR_SIGNING_IDENTITY" "$app"
    codesign --verify --deep --strict "$app"
else
    echo "Samar.app is not signed: SAMAR_SIGNING_IDENTITY is not set" >&2
fi

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cp -R "$app" "$stage/"
ln -s /Applications "$stage/Applications"
rm -f "$target"
hdiutil create -quiet -volname Samar -srcfolder "$stage" -fs HFS+ -format UDZO "$target"

if [[ -n ${SAMAR_SIGNING_IDENTITY:-} && -n ${SAMAR_NOTARY_PROFILE:-} ]]; then
    codesign --force --timestamp --sign "$SAMAR_SIGNING_IDENTITY" "$target"
    xcrun notarytool submit "$target" --keychain-profile "$SAMAR_NOTARY_PROFILE" --wait
    xcrun stapler staple "$target"
fi

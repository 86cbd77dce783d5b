#!/bin/sh
# Bundles the parts of Apache ECharts that entry.js names into echarts.min.js. Needs node and npm; run it here.
set -eu
cd "$(dirname "$0")"
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp entry.js "$work/"
cd "$work"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --no-package-lock \
  echarts@6.1.0 zrender@6.1.0 tslib@2.3.0 esbuild@0.28.2
licences=node_modules/echarts
{
  echo "/* Apache ECharts 6.1.0, bundled for standout with fewer parts. Licensed to the Apache Software Foundation (ASF)"
  echo "   under the Apache License, Version 2.0, whose text and NOTICE come with standout (report/assets). Parts of it:"
  echo
  echo "zrender 6.1.0"
  cat node_modules/zrender/LICENSE
  echo
  echo "d3"
  cat "$licences/licenses/LICENSE-d3"
  echo "*/"
} > banner.txt
npx esbuild entry.js --bundle --minify --format=iife --global-name=echarts --charset=ascii --target=es2020 \
  --legal-comments=none --outfile=bundle.js --log-level=warning
cat banner.txt bundle.js > "$here/echarts.min.js"
cp "$licences/LICENSE" "$licences/NOTICE" "$here/"
cp "$licences/licenses/LICENSE-d3" "$here/LICENSE-d3"
cp node_modules/zrender/LICENSE "$here/LICENSE-zrender"
cp node_modules/tslib/LICENSE.txt "$here/LICENSE-tslib"

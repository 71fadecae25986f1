// Makes the page of the HTML report, without its data, a C++ source.
//
//   node build.mjs MODULES OUTPUT.cc     MODULES: the node_modules that scripts/setup installed
//   node build.mjs MODULES --notices     prints what NOTICES.txt has to say
import {createHash} from 'node:crypto';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const modules = resolve(process.argv[2]);
const output = process.argv[3];
const esbuild = createRequire(join(modules, 'none.js'))('esbuild');
const NOTICES = '../../../../NOTICES.txt';
const read = (name) => readFileSync(join(here, name), 'utf8');
const noticesFile = join(here, NOTICES);

const bundle = esbuild.buildSync({
  entryPoints: [join(here, 'main.js')],
  absWorkingDir: here,
  nodePaths: [modules],
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  legalComments: 'none',  // NOTICES.txt has them all, and whole
  loader: {'.css': 'empty'},  // of d3-flame-graph; page.css takes its place
  metafile: true,
  write: false,
  logLevel: 'warning',
});

/** The licence of every library that the bundle has a part of; those that share one text share a paragraph. */
function notices() {
  const byText = new Map();
  for (const name of bundledPackages()) {
    const text = readFileSync(licenceFile(name), 'utf8').trim();
    const {version} = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'));
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}`]);
  }
  const intro = 'The HTML report of pgo-report contains these libraries, from the npm registry, under these licences.\n';
  return intro + [...byText].map(([text, names]) => `\n${'-'.repeat(80)}\n${names.join(', ')}\n\n${text}\n`).join('');
}

function bundledPackages() {
  const names = Object.values(bundle.metafile.outputs)
    .flatMap(({inputs}) => Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0))
    .map((path) => path.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1])
    .filter(Boolean);
  // dagre comes with graphlib inside.
  return [...new Set([...names, '@dagrejs/graphlib'])].sort();
}

function licenceFile(name) {
  const found = ['LICENSE', 'LICENSE.md', 'LICENCE'].map((file) => join(modules, name, file)).find(existsSync);
  if (!found) throw new Error(`${name} comes without a licence`);
  return found;
}

const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** HTML allows no control characters; where the bundle has some, they stand in strings. */
const printable = (script) => script.replace(/[\0-\x09\x0b-\x1f\x7f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);

function page() {
  const style = esbuild.transformSync(read('page.css'), {loader: 'css', minify: true}).code.trim();
  const script = printable(bundle.outputFiles.find((file) => !file.path.endsWith('.css')).text.trim());
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style)) throw new Error('the bundle would end its own element');
  const policy = [
    "default-src 'none'", `script-src ${hash(script)}`, `style-src ${hash(style)}`, "base-uri 'none'",
    "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
  ].join('; ');
  const parts = {POLICY: policy, STYLE: style, NOTICES: escape(read(NOTICES)), SCRIPT: script};
  return read('page.html').replace(/@(POLICY|STYLE|NOTICES|SCRIPT)@/g, (_, name) => parts[name]);
}

/** Raw strings, in pieces that every compiler takes. */
function literal(text) {
  const delimiter = 'pgo_page';
  if (text.includes(`)${delimiter}"`)) throw new Error('the page contains the delimiter of its C++ literal');
  const pieces = text.match(/[^]{1,8000}/gu) ?? [''];
  return pieces.map((piece) => `R"${delimiter}(${piece})${delimiter}"`).join('\n');
}

function source() {
  const [untilTitle, untilData, rest] = page().split(/@TITLE@|@DATA@/);
  return `#include "pgoprof/report/html_page.h"
#ifdef __clang__
#pragma clang diagnostic ignored "-Woverlength-strings"
#endif
namespace pgoprof {
const HtmlPage kHtmlPage{
${literal(untilTitle)},
${literal(untilData)},
${literal(rest)}};
}
`;
}

if (output === '--notices') {
  process.stdout.write(notices());
} else {
  if (!existsSync(noticesFile) || readFileSync(noticesFile, 'utf8') !== notices()) {
    console.error('NOTICES.txt is not what the bundle needs: libpgoprof/pgoprof/report/web/build.mjs says how to make it');
    process.exit(1);
  }
  writeFileSync(output, source());
}

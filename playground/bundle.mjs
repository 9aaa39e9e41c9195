// Bundles the page into the folder named by the first argument: node bundle.mjs OUTPUT_FOLDER
// build.rs runs it on a copy of this project, after it has written src/examples.js there.

import { cp, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { librariesFromCdn } from './cdn.mjs';

const output = process.argv[2];
if (!output) throw new Error('Name the output folder: node bundle.mjs OUTPUT_FOLDER');

await refuseStaleCdnTags();
const { metafile } = await build({
  entryPoints: ['src/main.js', 'src/libraries.css', 'src/style.css'],
  outdir: output,
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['chrome123', 'firefox125', 'safari17.5'],
  define: { 'process.env.NODE_ENV': '"production"' },
  legalComments: 'none',
  // GraphiQL makes the spoken names of its icons from the names of its functions.
  keepNames: true,
  metafile: true,
  logLevel: 'warning',
});
await cp('src/icon.svg', join(output, 'icon.svg'));
await writeFile(join(output, 'licenses.txt'), await licenses(Object.keys(metafile.inputs)));

/** The page without npm must load the very versions of package-lock.json. */
async function refuseStaleCdnTags() {
  const written = await readFile('src/libraries-cdn.html', 'utf8');
  if (written !== await librariesFromCdn()) {
    throw new Error('src/libraries-cdn.html does not fit the packages. Run: npm ci && npm run cdn');
  }
}

/** The licence of each bundled package, as most of them ask for. */
async function licenses(inputs) {
  const folders = inputs.map((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]);
  const texts = [...new Set(folders.filter(Boolean))].sort().map(license);
  return (await Promise.all(texts)).join('\n----\n\n');
}

async function license(folder) {
  const { name, version, license: terms, author } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const holder = typeof author === 'string' ? author : author?.name;
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? await readFile(join(folder, file), 'utf8') : `${holder ?? ''}\n`;
  return `${name} ${version} (${terms})\n\n${text}`;
}

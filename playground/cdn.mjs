// Writes src/libraries-cdn.html: the tags that load the packages from a CDN when a server was built without npm.
// The hashes are those of the files in node_modules, so a browser refuses anything else. Run: npm ci && npm run cdn

import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const CDN = 'https://cdn.jsdelivr.net/npm';
const STYLES = ['graphiql/dist/style.css', '@graphiql/plugin-explorer/dist/style.css'];
// In the order in which they need each other.
const SCRIPTS = [
  'react/umd/react.production.min.js',
  'react-dom/umd/react-dom.production.min.js',
  'graphiql/dist/index.umd.js',
  '@graphiql/plugin-explorer/dist/index.umd.js',
];

/** The tags, one a line. */
export async function librariesFromCdn() {
  const styles = STYLES.map(async (path) => `<link rel="stylesheet" href="${await address(path)}" ${await proof(path)}>`);
  const scripts = SCRIPTS.map(async (path) => `<script defer src="${await address(path)}" ${await proof(path)}></script>`);
  return `${(await Promise.all([...styles, ...scripts])).join('\n')}\n`;
}

async function address(path) {
  const [, name, file] = /^((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(path);
  const { version } = JSON.parse(await readFile(`node_modules/${name}/package.json`, 'utf8'));
  return `${CDN}/${name}@${version}/${file}`;
}

async function proof(path) {
  const hash = createHash('sha384').update(await readFile(`node_modules/${path}`)).digest('base64');
  return `integrity="sha384-${hash}" crossorigin="anonymous"`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile('src/libraries-cdn.html', await librariesFromCdn());
}

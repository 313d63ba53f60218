#!/usr/bin/env node
// scripts/build-site.mjs [--release]: everything a browser downloads, into target/site.
//
//   app (Rust) -> wasm -> wasm-bindgen -> made small (release)       \
//   style/main.css, around.css, with their imports -> lightningcss    > named by content, compressed, listed in manifest.json
//   app/src/page.js, what every page does by script                  /
//   public/ as it is                                                 /
//
// A name that says its content may be cached for ever; the server reads manifest.json to know today's names.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, extname, join, relative, resolve } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { bundle, browserslistToTargets } from 'lightningcss'
import { nameByPlace } from './order-functions.mjs'
import { shorten } from './short-names.mjs'

const root = resolve(import.meta.dirname, '..')
const release = process.argv.includes('--release')
const cargoTarget = resolve(root, process.env.CARGO_TARGET_DIR ?? 'target')
const site = join(root, 'target/site')

// Kilobytes under brotli of script, module and style together.
const BUDGET = { live: 466, plain: 22.8 }

const scratch = join(root, 'target/site-build', release ? 'release' : 'dev')

function main() {
  process.chdir(root)
  const code = step('wasm', buildWasm)
  const styles = step('css', () => ({ css: buildCss('style/main.css'), around: buildCss('style/around.css') }))
  const written = step('files', () => writeSite(code, styles))
  if (release) {
    console.table(written)
    weigh(written)
  }
}

// What a first visit downloads, compressed, and what it may weigh at most: a page may not grow unseen.
function weigh(written) {
  const weight = (...kinds) => written
    .filter(({ file }) => kinds.some((kind) => kind.test(file)))
    .reduce((sum, { brotli }) => sum + brotli, 0)
  const pages = [
    { page: 'live', kilobytes: weight(/^pkg\/page\./, /^pkg\/roundtable\./) / 1000, atMost: BUDGET.live },
    { page: 'without live text', kilobytes: weight(/^pkg\/page\./, /\.css$/) / 1000, atMost: BUDGET.plain },
  ]
  console.table(pages)
  for (const { page, kilobytes, atMost } of pages) {
    if (kilobytes <= atMost) continue
    console.error(`site: a page (${page}) is ${kilobytes} kB, and may be ${atMost} kB`)
    process.exitCode = 1
  }
}

// The module and the JavaScript that loads it, from the app crate built for the browser.
function buildWasm() {
  const profile = release ? 'wasm-release' : 'dev'
  // For development half as large and half as slow, for a minute more of building: what a browser reads on every page.
  // Not a profile of its own, which would build every macro a second time.
  const quick = ['app', 'shared'].flatMap((crate) => ['--config', `profile.dev.package.${crate}.opt-level=1`])
  cargo('build', '-p', 'app', '--lib', '--target', 'wasm32-unknown-unknown',
    '--no-default-features', '--features', 'hydrate', '--profile', profile, ...quick, ...(release ? withoutPlaces() : []))
  const built = join(cargoTarget, 'wasm32-unknown-unknown', release ? profile : 'debug', 'app.wasm')

  // The same module from the compiler gives the same files: wasm-opt takes half a minute, so remember them.
  const scripts = ['build-site', 'order-functions', 'short-names', 'wasm-module'].map((name) => `scripts/${name}.mjs`)
  const steps = ['Cargo.lock', 'package-lock.json', ...scripts, 'tools/bindgen/src/main.rs', 'tools/bindgen/src/unused.rs']
  const out = join(scratch, hash(readFileSync(built), ...steps.map((path) => readFileSync(path))))
  if (!existsSync(join(out, 'done'))) {
    rmSync(scratch, { recursive: true, force: true })
    cargo('run', '--quiet', '--bin', 'bindgen', '--', built, out, ...(release ? ['--release'] : []))
    if (release) makeSmall(join(out, 'roundtable_bg.wasm'), join(out, 'roundtable.js'))
    writeFileSync(join(out, 'done'), '')
  }
  return {
    js: readFileSync(join(out, 'roundtable.js')),
    wasm: readFileSync(join(out, 'roundtable_bg.wasm')),
    // Scripts that crates bring along, which roundtable.js imports by path.
    snippets: files(join(out, 'snippets')).map((path) => [relative(out, path), readFileSync(path)]),
  }
}

// Where crates lie on the machine that builds is nobody’s business, and would be downloaded with every place that may panic.
function withoutPlaces() {
  const registries = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry/src')
  const flags = existsSync(registries) ? readdirSync(registries).map((name) => `--remap-path-prefix=${join(registries, name)}/=`) : []
  return ['--config', `build.rustflags=${JSON.stringify(flags)}`]
}

// What counts is the size under brotli, so some steps leave the module longer: what is the same again and again costs little.
function makeSmall(module, script) {
  // From npm: Debian 12's wasm-opt runs without complaint and writes a module that no browser accepts.
  const wasmOpt = (...options) => run('node_modules/.bin/wasm-opt',
    [...options, '--enable-bulk-memory', '--enable-nontrapping-float-to-int', module, '-o', module])
  // Not inlined (said first, or it is too late), and alike functions not made one with arguments for where they differ:
  // both compress worse. Rust never keeps anything in the first kilobyte of memory: it is the far end of the stack.
  wasmOpt('-g', '--no-inline=*', '-Oz', '--skip-pass=merge-similar-functions', '--low-memory-unused')
  writeFileSync(module, nameByPlace(readFileSync(module)))
  wasmOpt('--reorder-functions-by-name', '--strip-debug', '--strip-producers', '--strip-target-features')
  const small = shorten(readFileSync(module), readFileSync(script))
  writeFileSync(module, small.module)
  writeFileSync(script, small.js)
}

function buildCss(filename) {
  const { code, warnings } = bundle({
    filename,
    minify: true,
    // What schools still run: two years and more behind. `light-dark()` and nesting are rewritten for them.
    targets: browserslistToTargets(['chrome 110', 'edge 110', 'firefox 115', 'safari 16.4', 'ios_saf 16.4']),
    visitor: {
      // A stylesheet lands in /pkg, whatever file it was written in: what is not absolute is meant from the root.
      Url: (url) => (/^(\/|#|[a-z]+:)/i.test(url.url) ? url : { ...url, url: '/' + url.url.replace(/^(\.{1,2}\/)+/, '') }),
    },
  })
  for (const { message, loc } of warnings) console.warn(`${loc?.filename}:${loc?.line}: ${message}`)
  return Buffer.from(code)
}

// Names what may be cached for ever by its content, compresses it all, and removes what the last build left.
function writeSite({ js, wasm, snippets }, { css, around }) {
  startOver()
  const manifest = {}
  const contents = new Map()
  // Its comments are for who reads it here: of what a browser downloads they would be a third.
  const page = Buffer.from(readFileSync('app/src/page.js', 'utf8').replace(/^\s*\/\/.*\n/gm, ''))
  for (const [kind, bytes] of Object.entries({ page, js, wasm, css, around })) {
    const named = { page: ['page', 'js'], around: ['around', 'css'] }[kind] ?? ['roundtable', kind]
    const name = `pkg/${named[0]}.${hash(bytes)}.${named[1]}`
    contents.set(name, bytes)
    manifest[kind] = `/${name}`
  }
  for (const [path, bytes] of snippets) contents.set(join('pkg', path), bytes)
  for (const path of files('public')) contents.set(relative('public', path), readFileSync(path))

  const written = new Set(['manifest.json'])
  for (const [name, bytes] of contents) for (const file of writeCompressed(name, bytes)) written.add(file)
  // Last, so that a server never reads names of files that are not there yet.
  writeFileSync(join(site, 'manifest.json'), JSON.stringify(manifest, null, 2) + '\n')
  for (const path of files(site)) if (!written.has(relative(site, path))) rmSync(path)
  return [...contents.keys()].map(sizes)
}

// A file compressed for development is not what should ship, though its name is the same.
function startOver() {
  const mark = join(site, '../site-build/last')
  const mode = release ? 'release' : 'dev'
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== mode) rmSync(site, { recursive: true, force: true })
  writeFileSync(mark, mode)
}

function writeCompressed(name, bytes) {
  const path = join(site, name)
  const text = ['.js', '.wasm', '.css', '.svg', '.txt', '.json', '.webmanifest', '.html', '.ico'].includes(extname(name))
  if (!existsSync(path) || !readFileSync(path).equals(bytes)) {
    mkdirSync(dirname(path), { recursive: true })
    if (text) {
      const quality = { [constants.BROTLI_PARAM_QUALITY]: release ? 11 : 1, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
      writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: quality }))
      writeFileSync(`${path}.gz`, gzipSync(bytes, { level: release ? 9 : 1 }))
    }
    // Last, so that a build that was interrupted does it again.
    writeFileSync(path, bytes)
  }
  return text ? [name, `${name}.br`, `${name}.gz`] : [name]
}

function sizes(name) {
  const size = (suffix) => (existsSync(join(site, name + suffix)) ? statSync(join(site, name + suffix)).size : undefined)
  return { file: name, bytes: size(''), gzip: size('.gz'), brotli: size('.br') }
}

function step(name, work) {
  const start = performance.now()
  const result = work()
  console.error(`site: ${name} ${((performance.now() - start) / 1000).toFixed(1)} s`)
  return result
}

function cargo(...args) {
  run('cargo', args)
}

// The tools speak for themselves when they fail, so a stack trace of this script would only be in the way.
function run(program, args) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' })
  if (error) console.error(`site: could not start ${program}: ${error.message}`)
  if (status !== 0) process.exit(status || 1)
}

function hash(...parts) {
  const sum = createHash('sha256')
  for (const part of parts) sum.update(part)
  return sum.digest('hex').slice(0, 12)
}

function files(directory) {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

main()

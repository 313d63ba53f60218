// What the module and the JavaScript beside it call each other by: wasm-bindgen's names say what they are for and end in
// a hash, which no compression shortens. Here both get the same short ones.
import { EXPORTS, IMPORTS, assemble, exports, imports, number, sections, text } from './wasm-module.mjs'

/** The same two with short names; stops if the JavaScript does not use a name as expected. */
export function shorten(module, js) {
  const parts = sections(module)
  const imported = imports(parts)
  const exported = exports(parts)
  const from = imported[0].module
  if (imported.some(({ module }) => module !== from)) throw new Error('the module imports from more than one place')

  const short = { imports: shortNames(imported), exports: shortNames(exported) }
  const content = {
    [IMPORTS]: [number(imported.length), ...imported.flatMap(({ name, rest }) => [text('a'), text(short.imports.get(name)), rest])],
    [EXPORTS]: [number(exported.length), ...exported.flatMap(({ name, rest }) => [text(short.exports.get(name)), rest])],
  }
  const renamed = parts.map((part) => (content[part.kind] ? { ...part, content: Buffer.concat(content[part.kind]) } : part))
  return { module: assemble(renamed), js: Buffer.from(inScript(js.toString(), from, short)) }
}

function shortNames(things) {
  const names = [...new Set(things.map(({ name }) => name))]
  return new Map(names.map((name, index) => [name, `${'abcdefghijklmnopqrstuvwxyz'[index % 26]}${index < 26 ? '' : Math.floor(index / 26)}`]))
}

function inScript(js, from, short) {
  const unseen = new Set(short.imports.keys())
  js = js
    .replace(/^ +(\w+)(?=: function\()/gm, (all, name) => (unseen.delete(name) ? short.imports.get(name) : all))
    .replace(/\bwasm\.(\w+)/g, (all, name) => {
      if (!short.exports.has(name)) throw new Error(`the script calls ${name}, which the module does not export`)
      return `wasm.${short.exports.get(name)}`
    })
    .replace(`"${from}": `, '"a": ')
  if (unseen.size) throw new Error(`the script does not have ${[...unseen].join(', ')}`)
  if (js.includes(from)) throw new Error(`the script names ${from} once more`)
  return withoutRemarks(js)
}

// wasm-bindgen's script has no text of several lines, so a line says by its beginning whether it is a remark.
function withoutRemarks(js) {
  return js.split('\n').map((line) => line.trim()).filter((line) => line && !/^(\/\*\*|\*|\/\/)/.test(line)).join('\n') + '\n'
}

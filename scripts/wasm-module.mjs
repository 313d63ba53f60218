// A WebAssembly module as its sections, as far as what makes it smaller must know them.
// https://webassembly.github.io/spec/core/binary/modules.html

export const IMPORTS = 2, EXPORTS = 7, CODE = 10, CUSTOM = 0

// The sections in their order: `{ kind, content }`.
export function sections(bytes) {
  const reader = new Reader(bytes.subarray(8))
  const found = []
  while (!reader.atEnd()) {
    const kind = reader.byte()
    found.push({ kind, content: reader.take(reader.number()) })
  }
  return found
}

export function assemble(sections) {
  const header = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])
  return Buffer.concat([header, ...sections.flatMap(({ kind, content }) => [Buffer.from([kind]), number(content.length), content])])
}

// The code of every function that is not imported.
export function bodies(sections) {
  const reader = contentOf(sections, CODE)
  return Array.from({ length: reader.number() }, () => reader.take(reader.number()))
}

// What is imported: `{ module, name, rest }`, where the rest says what kind of thing it is.
export function imports(sections) {
  const reader = contentOf(sections, IMPORTS)
  return Array.from({ length: reader.number() }, () => {
    const [module, name] = [reader.name(), reader.name()]
    return { module, name, rest: reader.importKind() }
  })
}

// What is exported: `{ name, rest }`.
export function exports(sections) {
  const reader = contentOf(sections, EXPORTS)
  return Array.from({ length: reader.number() }, () => {
    const name = reader.name()
    const from = reader.at
    reader.byte()
    reader.number()
    return { name, rest: reader.since(from) }
  })
}

export function number(value) {
  const bytes = []
  do {
    const low = value & 0x7f
    value >>>= 7
    bytes.push(value ? low | 0x80 : low)
  } while (value)
  return Buffer.from(bytes)
}

export function text(value) {
  const bytes = Buffer.from(value)
  return Buffer.concat([number(bytes.length), bytes])
}

function contentOf(sections, kind) {
  const section = sections.find((section) => section.kind === kind)
  if (!section) throw new Error(`the module has no section ${kind}`)
  return new Reader(section.content)
}

class Reader {
  at = 0

  constructor(bytes) {
    this.bytes = bytes
  }

  atEnd() {
    return this.at >= this.bytes.length
  }

  byte() {
    if (this.atEnd()) throw new Error('the module ends too early')
    return this.bytes[this.at++]
  }

  number() {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte()
      value |= (byte & 0x7f) << shift
      if (!(byte & 0x80)) return value >>> 0
    }
  }

  take(length) {
    const from = this.at
    this.at += length
    return this.since(from)
  }

  since(from) {
    return this.bytes.subarray(from, this.at)
  }

  name() {
    return this.take(this.number()).toString()
  }

  // Only functions: wasm-bindgen imports nothing else.
  importKind() {
    const from = this.at
    if (this.byte() !== 0) throw new Error('the module imports what is not a function')
    this.number()
    return this.since(from)
  }
}

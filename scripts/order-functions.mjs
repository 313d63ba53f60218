// Functions that are alike stand beside one another, so that brotli says the second by what differs from the first: a
// twentieth of what is downloaded. A function made for one type is like the same one made for another, and often like
// one of quite another name.
import { CUSTOM, assemble, bodies, imports, number, sections, text } from './wasm-module.mjs'

// What is alike: how many runs of so many bytes two functions have in common.
const RUN = 4

// A run that so many functions have says nothing about them, and takes time.
const COMMON = 4000

/** The module with functions named by their place: `wasm-opt --reorder-functions-by-name` moves them there. */
export function nameByPlace(module) {
  const parts = sections(module)
  const code = bodies(parts)
  const first = imports(parts).length
  const places = new Array(code.length)
  chain(code).forEach((index, place) => (places[index] = String(place).padStart(6, '0')))
  const names = Buffer.concat([number(places.length), ...places.flatMap((name, index) => [number(first + index), text(name)])])
  const content = Buffer.concat([text('name'), Buffer.from([1]), number(names.length), names])
  const isNames = ({ kind, content }) => kind === CUSTOM && content.subarray(0, 5).toString() === '\x04name'
  return assemble([...parts.filter((part) => !isNames(part)), { kind: CUSTOM, content }])
}

// Each is followed by the one, of those left, that is most like it, or by the longest if none is at all.
function chain(code) {
  const runs = runsOf(code)
  const having = new Map()
  runs.forEach((own, index) => own.forEach((run) => (having.has(run) ? having.get(run).push(index) : having.set(run, [index]))))
  for (const [run, { length }] of having) if (length < 2 || length > COMMON) having.delete(run)
  const telling = runs.map((own) => [...own].flatMap((run) => (having.has(run) ? [having.get(run)] : [])))
  const left = [...code.keys()].sort((a, b) => code[b].length - code[a].length || a - b)
  const isLeft = new Uint8Array(code.length).fill(1)
  const shared = new Uint32Array(code.length)

  const order = []
  let longest = 0
  for (let last = left[0]; order.length < code.length; ) {
    order.push(last)
    isLeft[last] = 0
    const alike = []
    for (const others of telling[last]) {
      for (const other of others) if (isLeft[other] && shared[other]++ === 0) alike.push(other)
    }
    let best, most = 0
    for (const other of alike) {
      const likeness = shared[other] / (runs[other].size + runs[last].size)
      if (likeness > most) [best, most] = [other, likeness]
      shared[other] = 0
    }
    while (best === undefined && longest < left.length && !isLeft[left[longest]]) longest++
    last = best ?? left[longest]
  }
  return order
}

function runsOf(code) {
  return code.map((body) => {
    const runs = new Set()
    for (let at = 0; at + RUN <= body.length; at++) runs.add(body.readUInt32LE(at))
    return runs
  })
}

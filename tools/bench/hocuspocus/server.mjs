// @hocuspocus/server as it ships, kept in SQLite. What @hocuspocus/extension-sqlite does, over the SQLite that Node
// brings: the extension's own driver has no binary for every Node, and nothing here is compiled.
import { DatabaseSync } from 'node:sqlite'
import { Database } from '@hocuspocus/extension-database'
import { Server } from '@hocuspocus/server'

const database = new DatabaseSync(process.env.DATABASE)
database.exec('create table if not exists "documents" ("name" varchar(255) not null, "data" blob not null, unique(name))')
const read = database.prepare('select data from "documents" where name = ? order by rowid desc')
const write = database.prepare(
  'insert into "documents" ("name", "data") values (?, ?) on conflict (name) do update set data = excluded.data',
)

const server = new Server({
  address: '127.0.0.1',
  port: Number(process.env.PORT),
  quiet: true,
  extensions: [
    new Database({
      fetch: async ({ documentName }) => read.get(documentName)?.data ?? null,
      store: async ({ documentName, state }) => void write.run(documentName, state),
    }),
  ],
})
await server.listen()

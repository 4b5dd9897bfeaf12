// Answers, line by line, questions about PASETO v4.public with an independent
// library: one JSON object in, one out. Bytes are base64url.
import { createInterface } from 'node:readline'
import paseto from 'paseto'

const { V4 } = paseto
const bytes = (s) => Buffer.from(s, 'base64url')

async function answer(q) {
  const key = V4.bytesToKeyObject(bytes(q.key))
  const assertion = Buffer.from(q.assertion)
  if (q.do === 'sign') {
    return { token: await V4.sign(bytes(q.payload), key, { footer: bytes(q.footer), assertion }) }
  }
  const { payload, footer } = await V4.verify(q.token, key, { buffer: true, complete: true, assertion })
  return { payload: payload.toString('base64url'), footer: footer.toString('base64url') }
}

for await (const line of createInterface({ input: process.stdin })) {
  let out
  try {
    out = await answer(JSON.parse(line))
  } catch (e) {
    out = { error: e.code ?? String(e) }
  }
  console.log(JSON.stringify(out))
}

// Runs the public tests of HTTP caches against a gateway: node run.mjs BASE-URL [TEST-ID]
// Prints a JSON object: how many of each kind were run and passed, and why each of the others failed. With a test's id, all that went to and fro.
// A test counts as passed when the tests that it depends on are passed too, as at https://cache-tests.fyi.
import fetch from 'node-fetch'
import * as config from 'http-cache-tests/client/config.mjs'
import { makeCacheTest, testResults } from 'http-cache-tests/client/test.mjs'
import suites from 'http-cache-tests/tests/index.mjs'
import surrogate from 'http-cache-tests/tests/surrogate-control.mjs'

const [base, only] = process.argv.slice(2)
config.setFetch(fetch)
config.setBaseUrl(base)
config.setUseBrowserCache(false)

const all = [...suites, surrogate].flatMap(suite => suite.tests).filter(test => !test.browser_only)
const byId = new Map(all.map(test => [test.id, test]))
const passed = test => testResults[test.id] === true && (test.depends_on ?? []).every(id => passed(byId.get(id)))

async function run (tests, atATime) {
  for (let i = 0; i < tests.length; i += atATime) {
    const some = tests.slice(i, i + atATime)
    some.forEach(test => delete testResults[test.id])
    // A copy, because a run changes the test.
    await Promise.all(some.map(test => makeCacheTest(structuredClone(test))))
  }
}

if (only) {
  await run([{ ...byId.get(only), dump: true }], 1)
  console.log(JSON.stringify(testResults[only], null, 2))
  process.exit()
}

await run(all, 100)
// Some tests want an answer within a second or two: on a busy machine the rest gets two more chances, with less going on.
for (const atATime of [30, 10]) await run(all.filter(test => testResults[test.id] !== true), atATime)

const summary = {}
for (const test of all) {
  const kind = (summary[test.kind ?? 'required'] ??= { run: 0, passed: 0, failed: {} })
  kind.run++
  if (passed(test)) kind.passed++
  else if (testResults[test.id] === true) kind.failed[test.id] = `depends on ${test.depends_on.filter(id => !passed(byId.get(id))).join(', ')}`
  else kind.failed[test.id] = testResults[test.id]?.join(': ') ?? 'not run'
}

console.log(JSON.stringify(summary, null, 2))

// Runs the public tests of HTTP caches against a gateway: node run.mjs BASE-URL [TEST-ID]
// Prints a JSON object: how many of each kind were run and passed, and why each of the others failed. With a test's id, all that went to and fro.
// A test counts as passed when the tests that it depends on are passed too, as at https://cache-tests.fyi.
import fetch from 'node-fetch'
import { runTests, getResults } from 'http-cache-tests/client/runner.mjs'
import suites from 'http-cache-tests/tests/index.mjs'
import surrogate from 'http-cache-tests/tests/surrogate-control.mjs'

const [base, only] = process.argv.slice(2)
const all = [...suites, surrogate].flatMap(suite => suite.tests).filter(test => !test.browser_only)
const byId = new Map(all.map(test => [test.id, test]))
const wanted = only ? [{ ...byId.get(only), dump: true }] : all

await runTests([{ tests: wanted }], fetch, false, base)
const results = getResults()
const depended = test => (test.depends_on ?? []).every(id => passed(byId.get(id)))
const passed = test => results[test.id] === true && depended(test)

if (only) {
  console.log(JSON.stringify(results, null, 2))
} else {
  const summary = {}
  for (const test of all) {
    const kind = (summary[test.kind ?? 'required'] ??= { run: 0, passed: 0, failed: {} })
    kind.run++
    if (passed(test)) kind.passed++
    else kind.failed[test.id] = results[test.id] === true ? `depends on ${test.depends_on.filter(id => !passed(byId.get(id))).join(', ')}` : (results[test.id]?.join(': ') ?? 'not run')
  }

  console.log(JSON.stringify(summary, null, 2))
}

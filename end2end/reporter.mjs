// A line per test, what went wrong at once, and a closing line that says it in numbers.

export default class Reporter {
  passed = 0;
  failed = 0;
  skipped = 0;

  printsToStdio() {
    return true;
  }

  onTestEnd(test, result) {
    const [, project, file, ...names] = test.titlePath();
    const word = result.status === 'skipped' ? 'skipped' : test.ok() ? 'ok' : 'FAILED';
    this[{ ok: 'passed', skipped: 'skipped', FAILED: 'failed' }[word]] += 1;
    console.log(`${word.padEnd(7)} ${project} › ${file} › ${names.join(' › ')} (${(result.duration / 1000).toFixed(1)}s)`);
    if (word === 'FAILED') for (const error of result.errors) this.onError(error);
  }

  onError(error) {
    const text = (error.stack ?? error.message ?? error.value).replace(/Browser logs:[^]*?(?=Call log:)/, '');
    console.log(`\n${text}\n${error.snippet ?? ''}\n`);
  }

  onEnd(result) {
    // Nothing ran, or the tests could not be read: that is no success either.
    if (result.status !== 'passed' && this.failed === 0) console.log(`The tests did not run to the end: ${result.status}`);
    if (this.skipped > 0) console.log(`${this.skipped} skipped`);
    console.log(`${this.passed} passed, ${this.failed} failed`);
  }
}

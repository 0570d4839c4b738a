// Tests run on the compiled files in dist, so that worker threads and tests load exactly what ships.
export default {
  roots: ['<rootDir>/dist'],
  testMatch: ['**/*.test.js'],
  testEnvironment: '<rootDir>/dist/test/runner/environment.js',
  testRunner: '<rootDir>/dist/test/runner/runner.js',
  transform: {},
  // A guard against hanging alone: no test may depend on how fast the machine is.
  testTimeout: 600_000,
  // On two cores, too: a quarter of the time of two workers went by in waiting for servers, browsers and timeouts.
  maxWorkers: 3,
  // Tests in a browser run side by side, and each shows a film.
  maxConcurrency: 3,
};

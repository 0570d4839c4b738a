// Tests run on the compiled files in dist, so that worker threads and tests load exactly what ships.
export default {
  roots: ['<rootDir>/dist'],
  testMatch: ['**/*.test.js'],
  testEnvironment: '<rootDir>/dist/test/environment.js',
  transform: {},
  // Journeys in a browser take a minute on a slow machine, three side by side and other suites beside them.
  testTimeout: 120_000,
  // On two cores, too: a quarter of the time of two workers went by in waiting for servers, browsers and timeouts.
  maxWorkers: 3,
  // Tests in a browser run side by side, and each shows a film.
  maxConcurrency: 3,
};

// Tests run on the compiled files in dist, so that worker threads and tests load exactly what ships.
const project = {
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/dist'],
  testEnvironment: '<rootDir>/dist/test/runner/environment.js',
  testRunner: '<rootDir>/dist/test/runner/runner.js',
  transform: {},
};
export default {
  projects: [
    {
      ...project,
      displayName: 'suites',
      testMatch: ['**/*.test.js'],
      testPathIgnorePatterns: ['/dist/test/programs/'],
    },
    // Benchmarks, attacks, faults and the demonstration, as they are run.
    { ...project, displayName: 'programs', testMatch: ['**/test/programs/*.test.js'] },
  ],
  // A guard against hanging alone: no test may depend on how fast the machine is.
  testTimeout: 600_000,
  // On two cores, too: a quarter of the time of three workers went by in waiting for servers, browsers and timeouts.
  maxWorkers: 4,
  // Tests in a browser run side by side, and each shows a film.
  maxConcurrency: 3,
};

// Tests run on the compiled files in dist, so that worker threads and tests load exactly what ships.
const project = {
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/dist'],
  testEnvironment: '<rootDir>/dist/test/runner/environment.js',
  testRunner: '<rootDir>/dist/test/runner/runner.js',
  transform: {},
};

/** Only `npm run test:all` runs these. What protects a security line, or ends a journey of a person, belongs to neither list. */
const wide = [
  // The pages in Chromium: languages, themes, screens, accessibility, and the examples and portals.
  'test/browser/(?!journey\\.test|console-smoke\\.test)',
  // Figures on photos, films and evaluation faces.
  'evidence/',
  'test/(accuracy|figures|strangers|token-rates|verification)\\.test',
  'test/face-video/',
  'src/engine/(runtime-parity|pool|pipeline)\\.test',
  'src/liveness/light\\.test',
  // Operation: set-up of the providers, diagnosis, commands, processes, other platforms, models and stores.
  'adapters/[^/]+/(provision[^/]*|smart-hook)\\.test',
  'src/cli/',
  'src/rest/catalogue\\.test',
  'src/state/redis-groups\\.test',
  'test/contract/(census|members|rotation)\\.test',
  'test/e2e/(api-pictures|cli|doctor|doctor-faults|notices|operations|own-model|other-platform|simulations|startup)\\.test',
  'test/e2e/(okta-process|okta-security-events|security-events)\\.test',
  'test/oidc/(apache|cognito-challenge|foreign-clients|.*-docs)\\.test',
  // The simulators by themselves, and the calls compared with the providers' own descriptions.
  'simulators/',
  'test/described/',
  // What is installed, shipped and upgraded.
  'test/(audit-script|client-package|examples|package|production-lock|triggers-package)\\.test',
  'test/infra/',
  'test/upgrade/',
].map((path) => `/dist/${path}`);
const programs = '/dist/test/programs/';

export default {
  projects: [
    { ...project, displayName: 'quick', testMatch: ['**/*.test.js'], testPathIgnorePatterns: [...wide, programs] },
    {
      ...project,
      displayName: 'wide',
      testRegex: wide.map((path) => `^(?=.*\\.test\\.js$).*${path}`),
    },
    // Benchmarks, attacks, faults and the demonstration, as they are run.
    { ...project, displayName: 'programs', testMatch: ['**/test/programs/*.test.js'] },
  ],
  // Ends a test that hangs. No test may depend on how fast the machine is.
  testTimeout: 600_000,
  // On two cores, too: with fewer workers the cores wait for servers, browsers and timers.
  maxWorkers: 4,
  // Tests in a browser run side by side, and each shows a film.
  maxConcurrency: 3,
};

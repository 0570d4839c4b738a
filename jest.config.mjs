// Tests run on the compiled files in dist, so that worker threads and tests load what ships.
const project = {
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/dist'],
  testEnvironment: '<rootDir>/dist/test/runner/environment.js',
  testRunner: '<rootDir>/dist/test/runner/runner.js',
  transform: {},
};

const files = (...paths) => paths.map((path) => `/dist/${path}`);

/*
 * Test files that only `npm run test:all` runs. Do not list tests of security rules and of complete user journeys here.
 */

/** Pages in Chromium: languages, themes, screens, accessibility, examples and portals. */
const browser = files(
  'test/browser/(?!journey\\.test|console-smoke\\.test)',
  'evidence/measure/presence/browser\\.test',
);

const wide = files(
  // Accuracy on photos, videos and evaluation faces.
  'evidence/(?!measure/presence/browser\\.test)',
  'test/(accuracy|figures|strangers|token-rates|verification)\\.test',
  'src/face/engine/(runtime-parity|pool|pipeline)\\.test',
  'src/face/liveness/light\\.test',
  // Operation: provisioning, diagnosis, commands, processes, platforms, models and stores.
  'adapters/[^/]+/(provision[^/]*|smart-hook)\\.test',
  'src/cli/',
  'src/[^/]+/(commands/|command\\.test)',
  'src/storage/state/redis-groups\\.test',
  'test/contract/(members|rotation)\\.test',
  'test/e2e/(cli|doctor-faults|drafts|notices|operations|own-model|other-platform|security-events|simulations|startup)\\.test',
  'test/oidc/(apache|cognito|foreign-clients)\\.test',
  // Simulators, and calls compared with the providers' own descriptions.
  'simulators/',
  'test/described/',
  // Installation, packaging and upgrades.
  'test/(audit-script|client-package|examples|help|package|production-lock|triggers-package)\\.test',
  'test/infra/',
  'test/upgrade/',
);
const programs = '/dist/test/programs/';

const toRegex = (paths) => paths.map((path) => `^(?=.*\\.test\\.js$).*${path}`);

export default {
  projects: [
    {
      ...project,
      displayName: 'quick',
      testMatch: ['**/*.test.js'],
      testPathIgnorePatterns: [...browser, ...wide, programs],
    },
    { ...project, displayName: 'wide', testRegex: toRegex(wide) },
    { ...project, displayName: 'browser', testRegex: toRegex(browser) },
    { ...project, displayName: 'programs', testMatch: ['**/test/programs/*.test.js'] },
  ],
  // Ends a test that hangs. No test may depend on the machine's speed.
  testTimeout: 600_000,
  // Four workers even on two cores: with fewer, the cores would wait for servers, browsers and timers.
  maxWorkers: 4,
  // Limit of concurrent browser tests, because each plays a video.
  maxConcurrency: 3,
};

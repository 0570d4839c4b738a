import type { ProviderSimulation, SimulatedUser } from '../../simulators/simulation.js';

export interface SimulationSettings {
  readonly kind: string;
  readonly connection: string;
  readonly serverPort: number;
  readonly serverUrl: string;
  readonly adminKey: string;
  readonly simulation: ProviderSimulation;
  readonly command: string;
  readonly signInUrl: string;
}

const json = `-H 'Content-Type: application/json'`;

/** Returns an administrator's instructions, with commands to paste. */
export function toGuide(settings: SimulationSettings): string[] {
  const { simulation, command, signInUrl } = settings;
  const { title, url, users, environment, faceCheck, signInPage } = simulation;
  const [user] = users;
  if (user === undefined) return [];
  const variables = Object.entries({ FACESTEP_CONFIG: 'simulated.json', ...environment });
  const exports = variables.map(([name, value]) => `  export ${name}=${value}`);
  const signIn = `curl -s ${signInUrl} ${json} -d '{"user":"${user.login}"}'`;
  return [
    '',
    `A simulated ${title} runs on ${url}. Its users:`,
    ...users.map(({ login, subject }) => `  ${login}  ${subject}`),
    '',
    'Standard output is its configuration. With that in simulated.json, in another terminal, in the same folder:',
    ...exports,
    `  ${command} serve`,
    'and in a third:',
    ...exports,
    `  ${command} provision --apply --yes`,
    `  ${command} doctor`,
    `  ${command} try --login ${user.login}`,
    '',
    'Sign in without a face check:',
    `  ${signIn}`,
    '',
    'Write sample photos, and enrol the user from one:',
    `  ${command} demo --photos .`,
    ...toEnrolment(settings, user),
    ...(faceCheck === 'before' ? toCheckBefore(settings, user) : toCheckOnChallenge(settings, user, signIn)),
    ...(signInPage === undefined ? [] : ['', 'Sign in in a browser, with a camera:', `  ${signInPage}`]),
    '',
    'Ctrl+C ends it; users and secrets are gone then.',
  ];
}

const toEnrolment = ({ connection, serverUrl, adminKey }: SimulationSettings, { subject }: SimulatedUser): string[] => [
  `  TOKEN=$(curl -s ${serverUrl}/generateToken -H 'X-Admin-Key: ${adminKey}' ${json} \\`,
  `    -d '{"name":"portal"}' | node -p 'JSON.parse(require("fs").readFileSync(0)).token')`,
  `  curl -s ${serverUrl}/enrolments -H "X-Auth-Token: $TOKEN" -F connection=${connection} \\`,
  `    -F subject=${subject} -F consentStatement='Trying it out' -F consentGivenAt=$(date -u +%FT%TZ) \\`,
  '    -F photo=@enroll.jpg',
  `  field() { node -p "JSON.parse(process.argv[1]).$1" "$2"; }`,
];

/** Returns instructions for hooks that require a passed face check before the sign-in. */
const toCheckBefore = (
  { connection, serverUrl, simulation }: SimulationSettings,
  { subject }: SimulatedUser,
): string[] => [
  'Check the face, with another photo, and sign in again as above:',
  `  STEP=$(curl -s ${serverUrl}/step-ups -H "X-Auth-Token: $TOKEN" ${json} \\`,
  `    -d '{"connection":"${connection}","subject":"${subject}","application":"${simulation.application}"}')`,
  `  curl -s ${serverUrl}/step-ups/$(field id "$STEP")/photos -F challenge=$(field challenge "$STEP") -F photo=@probe.jpg`,
];

/**
 * Returns instructions for hooks whose challenge is a signed request that starts a step-up. The receipt answers the
 * challenge.
 */
const toCheckOnChallenge = (
  { connection, serverUrl, signInUrl }: SimulationSettings,
  { login }: SimulatedUser,
  signIn: string,
): string[] => [
  'Sign in, check the face with another photo, and answer with the receipt:',
  `  SIGNIN=$(${signIn})`,
  `  STEP=$(curl -s ${serverUrl}/step-ups/requested ${json} \\`,
  `    -d '{"connection":"${connection}","request":"'$(field challenge.request "$SIGNIN")'"}')`,
  `  DONE=$(curl -s ${serverUrl}/step-ups/$(field id "$STEP")/photos -F challenge=$(field challenge "$STEP") -F photo=@probe.jpg)`,
  `  curl -s ${signInUrl} ${json} -d '{"user":"${login}","answer":{"session":"'$(field session "$SIGNIN")'",'\\`,
  `'"receipt":"'$(field receipt "$DONE")'"}}'`,
];

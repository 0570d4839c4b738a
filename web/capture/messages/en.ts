import type { Hint } from '../../../src/core/hints.js';
import type { Movement } from '../../../src/core/movements.js';
import type { AnotherWay, HelpReason, NoticeKind } from '../../../src/core/step-up/page-protocol.js';
import type { ProblemName } from '../problem.js';

export interface ConsentFacts {
  readonly organisation: string | null;
  readonly retentionDays: number | null;
  readonly referencePhotoNeeded: boolean;
}

export interface ConsentTexts {
  readonly heading: string;
  readonly intro: (organisation: string | null) => string;
  readonly sections: (facts: ConsentFacts) => readonly { readonly heading: string; readonly text: string }[];
}

export type ProblemTexts = Readonly<
  Record<ProblemName, { readonly heading: string; readonly text: string; readonly steps?: readonly string[] }>
>;

const by = (organisation: string | null): string => organisation ?? 'your organisation';

const keptFor = (days: number | null): string =>
  days === null ? 'It is stored until it is deleted.' : `It is stored for ${days} days, then it stops working.`;

const problems: ProblemTexts = {
  'camera-denied': {
    heading: 'The camera is blocked',
    text: 'This page can’t use the camera. To allow it:',
    steps: [
      'Tap the icon next to the address bar.',
      'Set “Camera” to “Allow”.',
      'If it’s still blocked, check in your device’s settings that the browser may use the camera.',
      'Then press “Try again”.',
    ],
  },
  'camera-none': {
    heading: 'No camera found',
    text: 'Connect a camera and try again, or use a device that has one.',
  },
  'camera-busy': {
    heading: 'The camera doesn’t respond',
    text: 'Another program may be using it. Close video calls and other pages that use the camera, then try again.',
  },
  'camera-stopped': {
    heading: 'The camera has stopped',
    text: 'This happens when you leave the page, the device locks, or another app uses the camera. Nothing was sent. Start again when you are ready.',
  },
  insecure: {
    heading: 'This address is not secure',
    text: 'Browsers allow the camera only on addresses that begin with https. Open the link again as you received it.',
  },
  unsupported: {
    heading: 'This browser isn’t supported',
    text: 'Open the link in a current version of Chrome, Edge, Firefox or Safari. If you came here from inside another app, open it in your browser.',
  },
  offline: {
    heading: 'No connection',
    text: 'You’re offline. This page continues when the connection is back.',
  },
  'time-out': {
    heading: 'That took too long',
    text: 'The server didn’t answer in time. Your progress is saved. Try again.',
  },
  'locked-out': {
    heading: 'Too many attempts',
    text: 'For your protection, face checks are paused.',
  },
  'phone-needed': {
    heading: 'You need a phone',
    text: 'This check uses a phone’s camera. Start it again on your phone.',
  },
  'opened-elsewhere': {
    heading: 'This link is in use',
    text: 'It works once and is already open, here or in another browser. Continue there, or ask for a new link.',
  },
  'link-missing': {
    heading: 'This link is incomplete',
    text: 'Open the complete link as you received it. Or go back to where you came from and start again.',
  },
  'link-over': {
    heading: 'This link has expired',
    text: 'It was used, or its time is up. Go back to where you came from and start again.',
  },
  overloaded: {
    heading: 'We’re busy right now',
    text: 'Your progress is saved. Try again shortly.',
  },
  unavailable: {
    heading: 'Temporarily unavailable',
    text: 'A service that this check needs doesn’t respond. Your progress is saved. Try again shortly.',
  },
  'challenge-over': {
    heading: 'That took too long',
    text: 'Make the movements within the time shown. Please start again.',
  },
  'passkey-unsupported': {
    heading: 'No passkeys in this browser',
    text: 'This check needs a passkey, which this browser or device doesn’t support. Use a current browser, or the device you enrolled with.',
  },
  'passkey-cancelled': {
    heading: 'The passkey was not used',
    text: 'Your device’s prompt was closed or timed out. You can try again.',
  },
  'passkey-no-prf': {
    heading: 'This passkey can’t be used',
    text: 'It can’t protect your token. Save the passkey in another place, such as your phone or a newer security key.',
  },
  'passkey-not-known': {
    heading: 'No matching passkey',
    text: 'This device doesn’t have the passkey you enrolled with. Use the device that has it. If it is lost, you have to enrol again.',
  },
  'code-wrong': {
    heading: 'That code didn’t work',
    text: 'It’s wrong, used or expired.',
  },
  'not-sent': {
    heading: 'We couldn’t send the code',
    text: 'Your profile has no address for it, or the message wasn’t delivered. Choose another way.',
  },
  general: {
    heading: 'Something went wrong',
    text: 'It’s not your fault. Please try again.',
  },
};

export const en = {
  title: 'Face check',
  language: 'Language',
  helpLink: 'Help',
  agree: 'Agree and continue',
  refuse: 'No thanks',
  cannot: 'I can’t do this',
  cannotText: 'This ends the check and informs the application. You can then use another way, if there is one.',
  agreed: { on: (day: string) => `You agreed to this on ${day}.`, read: 'Read it in full' },
  next: 'Continue',
  back: 'Back',
  tryAgain: 'Try again',
  goOn: 'Continue',
  leave: 'Leave this page',
  otherWay: 'Use another way',
  mayClose: 'You can close this page.',
  opening: 'One moment',
  arrived: {
    heading: 'Your link for the face check',
    text: 'It opens once, on this device. Continue when you are ready.',
  },
  consent: {
    verify: {
      heading: 'Confirm it’s you',
      intro: (organisation) => `Before you continue, ${by(organisation)} asks to check your face.`,
      sections: ({ organisation, retentionDays }) => [
        {
          heading: 'What happens',
          text: 'Your camera takes a few pictures while you turn your head. They are compared with your enrolment, then deleted at once.',
        },
        {
          heading: 'What is stored',
          text: `A sealed token, made from your face when you enrolled, in your user profile at ${by(organisation)}. It is used only to confirm that it’s you. ${keptFor(retentionDays)} The time and the result of this check are recorded, without pictures.`,
        },
        {
          heading: 'If you don’t want this',
          text: `Choose “No thanks”. No picture is taken. You are shown another way if ${by(organisation)} offers one.`,
        },
        {
          heading: 'If you change your mind',
          text: `You can have the token deleted at any time: on your own page for face checks, or by asking ${by(organisation)}.`,
        },
      ],
    },
    enrol: {
      heading: 'Set up your face check',
      intro: (organisation) => `With your consent, ${by(organisation)} can confirm by your face that it’s you.`,
      sections: ({ organisation, retentionDays, referencePhotoNeeded }) => [
        {
          heading: 'What happens',
          text: referencePhotoNeeded
            ? 'Your camera takes a few pictures while you turn your head. They are compared with a photo of your ID. A sealed token is made from them, then all pictures are deleted at once.'
            : 'Your camera takes a few pictures while you turn your head. A sealed token is made from them, then the pictures are deleted at once.',
        },
        {
          heading: 'What is stored',
          text: `The sealed token, made from your face, in your user profile at ${by(organisation)}. It is used only to confirm later that it’s you. ${keptFor(retentionDays)} The time of your consent is also recorded.`,
        },
        {
          heading: 'If you don’t want this',
          text: `Choose “No thanks”. No picture is taken and no token is made. You are shown another way if ${by(organisation)} offers one.`,
        },
        {
          heading: 'If you change your mind',
          text: `You can have the token deleted at any time: on your own page for face checks, or by asking ${by(organisation)}.`,
        },
      ],
    },
  } satisfies Readonly<Record<'verify' | 'enrol', ConsentTexts>>,
  action: {
    heading: 'Do you approve this?',
    intro: (application: string | null) =>
      `${application ?? 'An application'} asks you to approve exactly this. You approve it with your face.`,
    amount: 'Amount',
    payee: 'Payee',
    document: 'Document',
    digest: 'Its SHA-256 fingerprint',
    mixedScripts: 'A word here mixes letters of different alphabets. It may only look like the name you expect.',
    warning: 'If you didn’t start this yourself, or a word is wrong, choose “Don’t approve”.',
    approve: 'Approve with my face',
    refuse: 'Don’t approve',
  },
  usePhone: 'Use my phone',
  handOff: {
    heading: 'Continue on your phone',
    text: 'Scan this code with your phone’s camera and open the link.',
    qr: 'QR code with the link for your phone',
    code: 'Your phone will ask for this number:',
    waiting: 'Waiting for your phone…',
    opened: 'Choose this number on your phone',
    openedText: 'Your phone shows three numbers. Choose this one there.',
    paired: 'Your phone is connected',
    pairedText: 'Continue there. This page updates by itself.',
    refused: 'The check was stopped on the phone',
    refusedText:
      'A different number was chosen, or none. For your protection this check has ended. If it was a mistake, start again.',
    anew: 'Show a new code',
    here: 'Use this computer instead',
  },
  pairing: {
    heading: 'Which number does your computer show?',
    text: 'A computer wants to use this phone’s camera to check your face. Choose the number you see on its screen. Never choose a number that someone tells you.',
    organisation: 'Organisation',
    application: 'Application',
    computer: 'Computer',
    network: 'Its network',
    unknown: 'unknown',
    warning: 'If you didn’t start this yourself on that computer just now, choose “None of these”.',
    none: 'None of these',
    refused: 'Stopped',
    refusedText:
      'No picture was taken. If you didn’t start this check yourself, someone may know your password: change it, and tell your help desk.',
  },
  permission: {
    heading: 'Allow camera access',
    text: 'Your browser will ask if this page may use the camera. Choose “Allow”. The check starts when your face is in the oval.',
    getReady: 'Get ready',
    action: 'Allow camera access',
  },
  framing: {
    heading: 'Put your face in the oval',
    text: 'Take off sunglasses and anything that covers your face. The check starts by itself.',
    camera: 'Camera',
    unnamedCamera: (number: number) => `Camera ${number}`,
    start: 'Start',
    ready: 'Hold still…',
    loading: 'Getting ready…',
    noGuide: 'Framing help isn’t available in this browser. Press “Start” when your face is in the oval.',
    virtual: (camera: string) =>
      `“${camera}” looks like a virtual camera. Its pictures usually fail. Choose a real camera.`,
    unsuitable: (camera: string) => `“${camera}” may not be the camera that faces you. Choose another one if you can.`,
    flashes:
      'Your screen will flash colors, up to 2.5 times a second. Sensitive to flashing? Continue without it. Otherwise turn the brightness up.',
    withoutFlashes: 'Skip flashing colors',
    outshone: 'It’s too bright around you. Turn away from the window or lamp, and turn your screen’s brightness up.',
  },
  hints: {
    no_face: 'We can’t see your face. Put your whole face in the oval.',
    one_face: 'We see more than one face. Only you may be in view.',
    come_closer: 'Come a little closer.',
    move_back: 'Move back a little.',
    centre: 'Move your face to the middle.',
    more_light: 'Put more light on your face.',
    less_light: 'It’s too bright. Turn away from the light.',
    too_bright:
      'The screen’s light doesn’t show on your face. Turn away from the window or lamp, make the screen brighter, and come closer.',
    glare: 'There’s glare. Tilt your glasses or move the lamp.',
    hold_still: 'Hold still for a moment.',
    follow: 'Make each movement when it is shown, and hold it for a moment.',
    reference_none: 'We can’t find a face on this photo. Take one that shows the picture on your ID.',
    reference_many: 'There is more than one face on this photo. Take one that shows only the picture on your ID.',
    reference_small: 'The picture on your ID is too small. Take a photo from closer.',
    reference_unreadable: 'We can’t read this photo. Use a sharp JPEG, PNG or WebP picture without glare.',
    reference_unlike:
      'The picture on your ID doesn’t match your face. Use another photo of your own ID, sharp and without glare.',
  } satisfies Readonly<Record<Hint, string>>,
  challenge: {
    heading: 'Move your head as shown',
    movements: {
      centre: 'Look straight at the camera',
      left: 'Turn your head to your left',
      right: 'Turn your head to your right',
      up: 'Lift your chin',
      down: 'Lower your chin',
    } satisfies Readonly<Record<Movement, string>>,
    hold: 'Hold still',
  },
  flashes: {
    heading: 'This check uses flashing colors',
    text: (organisation: string | null) =>
      `For this check, ${by(organisation)} requires flashing colors. They show that no recording is in front of the camera. If flashing colors can harm you, don’t continue here.`,
    stop: 'End the check',
  },
  sending: { heading: 'Checking', text: 'This takes a moment. Please keep this page open.' },
  passed: {
    verify: 'You’re verified',
    enrol: 'All set up',
    text: 'The pictures have been deleted.',
    onPhone: 'Go back to your computer to continue.',
    returning: (application: string | null) =>
      application === null ? 'Taking you back…' : `Taking you back to ${application}…`,
  },
  failed: {
    heading: 'We couldn’t confirm it’s you',
    text: 'The pictures have been deleted.',
    next: 'Go back and start again, or ask your help desk for another way.',
  },
  again: {
    heading: 'Let’s try that again',
    text: 'The pictures weren’t clear enough. They have been deleted.',
    triesLeft: (tries: number) => (tries === 1 ? 'You have one attempt left.' : `You have ${tries} attempts left.`),
    withoutLight: 'We couldn’t see the screen’s light on your face. The next attempt uses movements only.',
  },
  expired: {
    heading: 'This check has expired',
    text: 'It was open for too long. Go back to where you came from and start again.',
  },
  abandoned: {
    heading: 'You stopped the check',
    text: 'No picture was stored.',
  },
  tryAgainAt: (time: string, _minutes: number) => `Try again at ${time}.`,
  problems,
  manage: {
    heading: 'Your face check',
    none: 'We store nothing about you.',
    text: 'This is stored in your user profile. The token itself is sealed and never shown.',
    tokenId: 'Token ID',
    enrolledAt: 'Created',
    purpose: 'Purpose',
    expiresAt: 'Expires',
    untilRevoked: 'when you delete it',
    enrol: 'Set up now',
    renew: 'Set up again',
    revoke: 'Delete',
    confirmHeading: 'Delete your face check?',
    confirmText:
      'The token is deleted from your user profile and stops working. For another face check you have to enrol again.',
    confirm: 'Yes, delete',
    keep: 'Keep it',
    revoked: 'Deleted.',
    close: 'Close this page',
    closed: { heading: 'This page is closed', text: 'The next person on this device can’t see it.' },
  },
  notices: {
    heading: 'Notify me when',
    headingByEmail: 'E-mail me when',
    kinds: {
      enrolled: 'a face check is set up',
      new_place: 'it is used on a new device or network',
      refused: 'a face check is refused',
      locked: 'it is paused after several attempts',
      ended: 'it ends',
    } satisfies Readonly<Record<NoticeKind, string>>,
    how: 'How',
    byEmail: 'also by e-mail',
    emailStill: 'E-mails have a button “This was not me”. If no device can be reached, we send an e-mail anyway.',
    here: 'Also notify me on this device',
    notHere: 'Not on this device',
    otherDevices: 'Other devices with notifications:',
    nowhere: 'Not on any device',
    refused: 'Saved. But this browser blocks notifications from this page: check its settings, and try again.',
    keep: 'Save',
    kept: 'Saved.',
  },
  notMe: {
    heading: 'Was this not you?',
    text: 'If you didn’t do what the notification says, end your face check now. Its data is deleted, open checks end, and your administrators are informed.',
    confirm: 'It wasn’t me: end it',
    done: 'Your face check has ended',
    doneText:
      'Your administrators are informed. If someone may know your password, change it now. You can set up the face check again later.',
  },
  reference: {
    heading: 'A photo of your ID',
    text: 'Your face is compared with the picture on your ID. The photo must be sharp and without glare. It is deleted after the comparison.',
    choose: 'Choose a photo',
    take: 'Take a photo',
    cameraHeading: 'Show your ID',
    cameraText: 'The picture on it should fill most of the frame.',
    shutter: 'Take the photo',
    preview: 'The photo you chose',
    use: 'Use this photo',
    another: 'Take another one',
  },
  pin: {
    chooseHeading: 'Choose a PIN',
    enterHeading: 'Enter your PIN',
    chooseText: 'The token opens only with your face and this PIN. If you forget the PIN, you have to enrol again.',
    enterText: 'The PIN you chose when you enrolled.',
    label: 'PIN',
    repeat: 'Repeat the PIN',
    rule: '6 to 12 digits',
    tooShort: 'The PIN needs 6 to 12 digits.',
    weak: 'This PIN is too easy to guess. Choose another one.',
    different: 'The PINs don’t match.',
  },
  passkey: {
    createHeading: 'Protect it with this device',
    getHeading: 'Use your passkey',
    createText: 'Your device creates a passkey. From then on, the check needs your face and this passkey.',
    getText: 'Your device asks for the passkey you enrolled with.',
    action: 'Continue with the passkey',
  },
  ways: {
    heading: 'Another way',
    text: 'Choose how to confirm that it’s you. No picture is taken.',
    helpText: 'You can tell the help desk what the problem is.',
    cannotText: 'These are your options.',
    names: {
      email: 'Code by e-mail',
      sms: 'Code by SMS',
      recovery_code: 'Recovery code',
      bypass_code: 'Code from the help desk',
    } satisfies Readonly<Record<AnotherWay, string>>,
    texts: {
      email: 'A code of six digits was sent to the e-mail address in your profile. It is valid for ten minutes.',
      sms: 'A code of six digits was sent to the phone number in your profile. It is valid for ten minutes.',
      recovery_code: 'One of the codes you got when you set up your face check. Each works once.',
      bypass_code: 'The code the help desk gave you. It works once, for a few minutes.',
    } satisfies Readonly<Record<AnotherWay, string>>,
    label: 'Your code',
    wrong: 'This code is wrong, used or expired.',
    back: 'Back to the camera',
    stop: 'End the check',
    passed: {
      heading: 'Done',
      text: 'No picture was taken. The application learns that you used a code instead of your face.',
    },
  },
  recovery: {
    heading: 'If you can’t use your face',
    text: 'You can get ten recovery codes. Each replaces one face check, if allowed. New codes replace all previous ones. You can also create them later on your own page.',
    show: 'Show my codes',
    later: 'Not now',
    keep: 'Write these codes down or print them, and keep them in a safe place. They are not shown again.',
    done: 'I’ve saved them',
  },
  help: {
    ask: 'Ask the help desk',
    text: 'They see who you are and what you write here. Don’t include passwords.',
    reason: 'What’s the problem?',
    reasons: {
      no_camera: 'I don’t have a working camera',
      not_recognised: 'I am not recognised',
      cannot_move: 'I can’t make the movements',
      not_wanted: 'I don’t want a face check',
      other: 'Something else',
    } satisfies Readonly<Record<HelpReason, string>>,
    note: 'Details (at most 200 characters)',
    send: 'Send',
    asked: 'The help desk has your request',
    askedText: 'They will contact you. You can close this page, or continue another way.',
  },
  call: {
    heading: 'Which number did you hear?',
    text: 'You’re on the phone with the help desk. Choose the number they read to you. Then your face is checked.',
    warning:
      'If no one is reading a number to you now, choose “None of these”: someone else may want to use your face.',
  },
  kiosk: {
    heading: 'Welcome',
    text: 'The check starts here when you are called.',
    scan: 'Scan my code',
    scanHeading: 'Show your code',
    scanText: 'Hold your QR code in front of the camera.',
    fullScreen: 'Full screen',
    resets: (seconds: number) => `This screen clears itself in ${seconds === 1 ? 'one second' : `${seconds} seconds`}.`,
    now: 'Clear it now',
  },
};

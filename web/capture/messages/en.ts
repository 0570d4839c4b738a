import type { Words } from './words.js';

const by = (organisation: string | null): string => organisation ?? 'your organisation';

const keptFor = (days: number | null): string =>
  days === null ? 'It is kept until it is deleted.' : `It is kept for ${days} days, then it stops working.`;

export const en: Words = {
  title: 'Face check',
  language: 'Language',
  helpLink: 'Help',
  agree: 'I agree, go on',
  refuse: 'I do not want this',
  cannot: 'I can’t do this',
  cannotText: 'This ends the check and tells the application. You can then use another way, if there is one.',
  agreed: { on: (day) => `You agreed to this on ${day}.`, read: 'Read it in full' },
  next: 'Go on',
  back: 'Back',
  tryAgain: 'Try again',
  goOn: 'Continue',
  leave: 'Leave this page',
  otherWay: 'Use another way',
  mayClose: 'You can close this page.',
  opening: 'One moment',
  arrived: {
    heading: 'Your link for the face check',
    text: 'It opens once, on this device. Go on when you are ready.',
  },
  consent: {
    verify: {
      heading: 'Confirm that it is you',
      intro: (organisation) => `Before you go on, ${by(organisation)} asks for a look at your face.`,
      sections: ({ organisation, retentionDays }) => [
        {
          heading: 'What happens',
          text: 'Your camera takes a few pictures while you turn your head. They are compared with your enrolment, then deleted at once.',
        },
        {
          heading: 'What is kept',
          text: `A sealed token, made from your face when you enrolled, in your user profile at ${by(organisation)}. It serves only to confirm that it is you. ${keptFor(retentionDays)} The time and the result of this check are recorded, without pictures.`,
        },
        {
          heading: 'If you do not want this',
          text: `Choose “I do not want this”. No picture is taken. You are shown another way if ${by(organisation)} offers one.`,
        },
        {
          heading: 'If you change your mind',
          text: `You can have the token deleted at any time: on your own page for face checks, or by asking ${by(organisation)}.`,
        },
      ],
    },
    enrol: {
      heading: 'Set up your face check',
      intro: (organisation) => `With your consent, ${by(organisation)} can confirm by your face that it is you.`,
      sections: ({ organisation, retentionDays, referencePhotoNeeded }) => [
        {
          heading: 'What happens',
          text: referencePhotoNeeded
            ? 'Your camera takes a few pictures while you turn your head. They are compared with a photo of your ID. A sealed token is made from them, then all pictures are deleted at once.'
            : 'Your camera takes a few pictures while you turn your head. A sealed token is made from them, then the pictures are deleted at once.',
        },
        {
          heading: 'What is kept',
          text: `The sealed token, made from your face, in your user profile at ${by(organisation)}. It serves only to confirm later that it is you. ${keptFor(retentionDays)} The time of your consent is recorded, too.`,
        },
        {
          heading: 'If you do not want this',
          text: `Choose “I do not want this”. No picture is taken and no token is made. You are shown another way if ${by(organisation)} offers one.`,
        },
        {
          heading: 'If you change your mind',
          text: `You can have the token deleted at any time: on your own page for face checks, or by asking ${by(organisation)}.`,
        },
      ],
    },
  },
  action: {
    heading: 'Do you approve this?',
    intro: (application) =>
      `${application ?? 'An application'} asks you to approve exactly what stands here. You approve it with your face.`,
    amount: 'Amount',
    payee: 'Payee',
    document: 'Document',
    digest: 'Its SHA-256 fingerprint',
    mixedScripts: 'A word here mixes letters of different alphabets. It may only look like the name you expect.',
    warning: 'If you did not start this yourself, or a word is wrong, choose “I do not approve”.',
    approve: 'Approve with my face',
    refuse: 'I do not approve',
  },
  place: {
    heading: 'Which camera?',
    text: 'You need a camera that looks at you, and some light on your face.',
    here: 'Use this computer',
    phone: 'Use my phone',
  },
  handOff: {
    heading: 'Go on with your phone',
    text: 'Scan this code with the camera of your phone and open the link.',
    qr: 'QR code with the link for your phone',
    code: 'Your phone will ask which number stands here:',
    waiting: 'Waiting for your phone…',
    opened: 'Choose this number on your phone',
    openedText: 'Your phone shows three numbers. Choose this one there.',
    paired: 'Your phone is connected',
    pairedText: 'Go on there. This page continues by itself.',
    refused: 'The check was stopped on the phone',
    refusedText:
      'Another number was chosen there, or none of them. For your protection this check is over. If it was a mistake, start again.',
    anew: 'Show a new code',
    here: 'Use this computer instead',
  },
  pairing: {
    heading: 'Which number does your computer show?',
    text: 'A computer asks for the camera of this phone, to check your face. Choose the number that you see on its screen yourself. Nobody may tell it to you.',
    organisation: 'Organisation',
    application: 'Application',
    computer: 'Computer',
    network: 'Its network',
    unknown: 'not known',
    warning: 'If you did not start this yourself at that computer just now, choose “None of these”.',
    none: 'None of these',
    refused: 'Stopped',
    refusedText:
      'No picture was taken. If you did not start this check yourself, somebody may know your password: change it, and tell the person or department that looks after your account.',
  },
  permission: {
    heading: 'Turn on the camera',
    text: 'Your browser will ask whether this page may use the camera. Choose “Allow”. Nothing is sent before you start.',
    action: 'Turn on the camera',
  },
  framing: {
    heading: 'Put your face in the oval',
    text: 'Take off sunglasses and anything that hides your face. Then press “Start” and follow the arrows with your head.',
    camera: 'Camera',
    unnamedCamera: (number) => `Camera ${number}`,
    start: 'Start',
    ready: 'Good. You can start.',
    loading: 'Getting ready…',
    noGuide: 'The help with framing is not available in this browser. The check works without it.',
    virtual: (camera) =>
      `“${camera}” looks like a virtual camera. Pictures from it usually do not pass. Choose a real camera.`,
    unsuitable: (camera) => `“${camera}” may not be the camera that looks at you. Choose another one if you can.`,
    flashes:
      'The screen will change its colour a few times, up to 2.5 times a second. If that can harm you, go on without. If not, turn its brightness up.',
    withoutFlashes: 'Without flashing colours',
    outshone:
      'It is too bright around you for the light of the screen. Turn away from the window or lamp, and turn the brightness of the screen up.',
  },
  hints: {
    no_face: 'No face is seen. Put your whole face in the oval.',
    one_face: 'There is more than one face. Only you may be in view.',
    come_closer: 'Come a little closer.',
    move_back: 'Move back a little.',
    centre: 'Move your face to the middle.',
    more_light: 'More light on your face, please.',
    less_light: 'It is too bright. Turn away from the light.',
    too_bright:
      'The light of the screen does not show on your face. Turn away from the window or lamp, make the screen brighter, and come closer.',
    glare: 'There is glare. Tilt your glasses or move the lamp.',
    hold_still: 'Hold still for a moment.',
    follow: 'Follow each movement when it is shown, and hold it for a moment.',
    reference_none: 'There is no face on this photo. Take one that shows the picture on your ID.',
    reference_many: 'There is more than one face on this photo. Take one that shows the picture on your ID alone.',
    reference_small: 'The picture on your ID is too small here. Take a photo from nearer.',
    reference_unreadable: 'This photo cannot be made out. Use a sharp JPEG, PNG or WebP picture without glare.',
    reference_unlike:
      'The picture on your ID could not be matched with your face. Use another photo of your own ID, sharp and without glare.',
  },
  challenge: {
    heading: 'Follow with your head',
    movements: {
      centre: 'Look straight at the camera',
      left: 'Turn your head to your left',
      right: 'Turn your head to your right',
      up: 'Lift your chin',
      down: 'Lower your chin',
    },
    progress: (step, of) => `${step} of ${of}`,
    hold: 'Hold still',
  },
  flashes: {
    heading: 'This check needs flashing colours',
    text: (organisation) =>
      `For this check, ${by(organisation)} asks for the colours of the screen: they show that no recording stands before the camera. If flashing colours can harm you, do not go on here.`,
    stop: 'End the check',
  },
  sending: { heading: 'Checking', text: 'This takes a moment. Please keep this page open.' },
  passed: {
    verify: 'It is you',
    enrol: 'All set up',
    text: 'The pictures have been deleted.',
    onPhone: 'Go back to your computer: it continues there.',
    returning: 'You are taken on now.',
  },
  failed: {
    heading: 'This did not work',
    text: 'Your face could not be confirmed. The pictures have been deleted.',
  },
  again: {
    heading: 'Once more, please',
    text: 'The pictures were not good enough to decide. They have been deleted.',
    triesLeft: (tries) => (tries === 1 ? 'You have one try left.' : `You have ${tries} tries left.`),
    withoutLight:
      'The light of the screen could not be seen on your face. The next try goes without it: by movements alone.',
  },
  expired: {
    heading: 'The time is over',
    text: 'This check was open for too long. Go back to where you came from and start it again.',
  },
  abandoned: {
    heading: 'You have stopped the check',
    text: 'The check is over, and no picture was kept.',
  },
  lockedFor: (minutes) =>
    minutes === 1 ? 'Wait one minute, then try again.' : `Wait ${minutes} minutes, then try again.`,
  problems: {
    'camera-denied': {
      heading: 'The camera is blocked',
      text: 'This page may not use the camera. You can allow it again:',
      steps: [
        'Tap or click the sign beside the address of this page.',
        'Set “Camera” to “Allow”.',
        'If it is still blocked, look in the settings of your device whether the browser may use the camera.',
        'Then press “Try again”.',
      ],
    },
    'camera-none': {
      heading: 'No camera found',
      text: 'Connect a camera and try again, or use a device that has one.',
    },
    'camera-busy': {
      heading: 'The camera does not answer',
      text: 'Another program may be using it. Close video calls and other pages with the camera, then try again.',
    },
    'camera-stopped': {
      heading: 'The camera has stopped',
      text: 'This happens when the page is left, the device locks, or another app takes the camera. Nothing was sent. Start again when you are ready.',
    },
    insecure: {
      heading: 'This address is not secure',
      text: 'Browsers allow the camera only on addresses that begin with https. Open the link again as you received it.',
    },
    unsupported: {
      heading: 'This browser can’t do it',
      text: 'Open the link in a current version of Chrome, Edge, Firefox or Safari. If you came here from inside another app, open it in your browser.',
    },
    offline: {
      heading: 'No connection',
      text: 'The network is gone. This page goes on by itself when it is back.',
    },
    'time-out': {
      heading: 'That took too long',
      text: 'The server did not answer in time. Your place is kept. Try again.',
    },
    'locked-out': {
      heading: 'Too many tries',
      text: 'For your protection there is a pause now.',
    },
    'phone-needed': {
      heading: 'A phone is needed',
      text: 'This check takes pictures with the camera of a phone. Begin it again on your phone.',
    },
    'opened-elsewhere': {
      heading: 'This link is in use',
      text: 'It works once, and it has been opened already, here or in another browser. Go on there, or ask for a new link.',
    },
    'link-missing': {
      heading: 'Something is missing in the link',
      text: 'Open the link again as you received it, complete. Or go back to where you came from and start again.',
    },
    'link-over': {
      heading: 'This link is over',
      text: 'It has been used or its time is up. Go back to where you came from and start again.',
    },
    overloaded: {
      heading: 'Many people are waiting',
      text: 'The server is busy. Your place is kept. Try again shortly.',
    },
    unavailable: {
      heading: 'Not available just now',
      text: 'A service that this check needs does not answer. Your place is kept. Try again shortly.',
    },
    'challenge-over': {
      heading: 'That took too long',
      text: 'The movements have to be done within a short time. Please start them again.',
    },
    'passkey-unsupported': {
      heading: 'No passkeys in this browser',
      text: 'This check needs a passkey, which this browser or device does not offer. Use a current browser, or the device you enrolled with.',
    },
    'passkey-cancelled': {
      heading: 'The passkey was not used',
      text: 'The question of your device was closed or timed out. You can try again.',
    },
    'passkey-no-prf': {
      heading: 'This passkey does not do',
      text: 'It cannot protect your token. Choose another place to keep the passkey: for example your phone, or a newer security key.',
    },
    'passkey-not-known': {
      heading: 'No passkey for this',
      text: 'This device does not hold the passkey that you enrolled with. Use the device that holds it. If it is lost, you have to enrol again.',
    },
    'code-wrong': {
      heading: 'This code does not do',
      text: 'It is wrong, used, or no longer good.',
    },
    'not-sent': {
      heading: 'The code could not be sent',
      text: 'Your profile has no address for it, or the message did not get through. Choose another way.',
    },
    general: {
      heading: 'Something went wrong',
      text: 'It is not your fault. Please try again.',
    },
  },
  manage: {
    heading: 'Your face check',
    none: 'Nothing is kept of you.',
    text: 'This is what is kept of you, in your user profile. The token itself is sealed and is not shown.',
    tokenId: 'Number of the token',
    enrolledAt: 'Made on',
    purpose: 'Purpose',
    expiresAt: 'Works until',
    untilRevoked: 'until it is deleted',
    enrol: 'Set up now',
    renew: 'Make it anew',
    revoke: 'Delete it',
    confirmHeading: 'Delete your face check?',
    confirmText:
      'The token is deleted from your user profile and stops working. For another face check you would have to enrol again.',
    confirm: 'Yes, delete it',
    keep: 'Keep it',
    revoked: 'It has been deleted.',
    close: 'Close this page',
    closed: { heading: 'The page is closed', text: 'Whoever uses this device next does not see it.' },
  },
  notices: {
    heading: 'Tell me when',
    headingByEmail: 'Tell me by e-mail when',
    kinds: {
      enrolled: 'a face check is set up',
      new_place: 'it is used on a new device or in a new network',
      refused: 'a face check is refused',
      locked: 'it is paused after several tries',
      ended: 'it is ended',
    },
    how: 'How',
    byEmail: 'by e-mail, too',
    emailStill:
      'An e-mail also has the button “This was not me”. Where no device can be reached, an e-mail is sent all the same.',
    here: 'Also tell me on this device',
    notHere: 'No longer on this device',
    otherDevices: 'Other devices that are told:',
    nowhere: 'No longer on any device',
    refused: 'Saved. This browser does not show notices of this page, though: look in its settings, and try again.',
    keep: 'Save the choice',
    kept: 'Saved.',
  },
  notMe: {
    heading: 'Was this not you?',
    text: 'If you did not do what the notice tells of, end your face check now. What is kept for it is deleted, checks that wait for you end, and those who can help are told.',
    confirm: 'It was not me: end it',
    done: 'Your face check has ended',
    doneText:
      'Those who look after your account know of it. If somebody may know your password, change it now. You can set the face check up again later.',
  },
  reference: {
    heading: 'A photo of your ID',
    text: 'Your face is compared with the picture on your ID. The photo must show that picture sharp and without glare. It is deleted after the comparison.',
    choose: 'Choose a photo',
    take: 'Take a photo',
    cameraHeading: 'Hold your ID in view',
    cameraText: 'The picture on it should fill most of the frame.',
    shutter: 'Take the photo',
    preview: 'The photo you chose',
    use: 'Use this photo',
    another: 'Take another one',
  },
  pin: {
    chooseHeading: 'Choose a PIN',
    enterHeading: 'Enter your PIN',
    chooseText:
      'The token opens only with your face and this PIN. Nobody can tell it to you later: if you forget it, you enrol again.',
    enterText: 'The PIN that you chose when you enrolled.',
    label: 'PIN',
    repeat: 'The same PIN again',
    rule: '6 to 12 digits',
    tooShort: 'The PIN needs 6 to 12 digits.',
    weak: 'This PIN is too easy to guess. Choose another one.',
    different: 'The two PINs are not the same.',
  },
  passkey: {
    createHeading: 'Protect it with this device',
    getHeading: 'Use your passkey',
    createText: 'Your device makes a passkey. From then on, the check needs your face and this passkey.',
    getText: 'Your device asks for the passkey that you enrolled with.',
    action: 'Go on with the passkey',
  },
  ways: {
    heading: 'Another way',
    text: 'Choose how you want to show who you are. No picture is taken.',
    helpText: 'You can tell the help desk what is in the way.',
    cannotText: 'This shows what you can do instead.',
    names: {
      email: 'Code by e-mail',
      sms: 'Code by SMS',
      recovery_code: 'Recovery code',
      bypass_code: 'Code from the help desk',
    },
    texts: {
      email: 'A code of six digits was sent to the e-mail address in your profile. It is good for ten minutes.',
      sms: 'A code of six digits was sent to the phone number in your profile. It is good for ten minutes.',
      recovery_code: 'One of the codes that you got when you set up your face check. Each works once.',
      bypass_code: 'The code that the help desk has given you. It works once, for a few minutes.',
    },
    label: 'Your code',
    wrong: 'This code is wrong, used, or no longer good.',
    back: 'Back to the camera',
    stop: 'End the check',
    passed: {
      heading: 'Done',
      text: 'No picture was taken. The application is told that a code was used in place of your face.',
    },
  },
  recovery: {
    heading: 'For when you cannot use your face',
    text: 'You can have ten recovery codes. Each takes the place of one face check, where that is allowed. New codes end all former ones.',
    show: 'Show my codes',
    later: 'Not now',
    keep: 'Write these codes down or print them, and keep them where only you find them. They are not shown again.',
    done: 'I have kept them',
  },
  help: {
    ask: 'Ask the help desk',
    text: 'They are told who you are and what you write here. Write nothing that nobody may know.',
    reason: 'What is in the way?',
    reasons: {
      no_camera: 'I have no camera that works',
      not_recognised: 'I am not recognised',
      cannot_move: 'I cannot make the movements',
      not_wanted: 'I do not want my face checked',
      other: 'Something else',
    },
    note: 'More about it (at most 200 characters)',
    send: 'Send',
    asked: 'The help desk knows',
    askedText: 'They will get in touch with you. You can close this page, or go on in another way.',
  },
  call: {
    heading: 'Which number were you told?',
    text: 'You are on the telephone with the help desk. Choose the number that they read to you. Then your face is checked.',
    warning:
      'If nobody is reading a number to you now, choose “None of these”: somebody else may want to use your face.',
  },
  kiosk: {
    heading: 'Welcome',
    text: 'The check starts here by itself when you are called.',
    noScanner: 'This browser cannot scan codes. The attendant starts the check.',
    scan: 'Scan my code',
    scanHeading: 'Show your code',
    scanText: 'Hold the QR code of your link in front of the camera.',
    fullScreen: 'Full screen',
    resets: (seconds) => `This screen clears itself in ${seconds === 1 ? 'one second' : `${seconds} seconds`}.`,
    now: 'Clear it now',
  },
};

import type { CampaignWords } from './words.js';

export const en: CampaignWords = {
  letters: {
    invitation: {
      subject: 'Set up your face check',
      text: `Hello {name},

{organisation} asks you to set up a face check for your account {login}. From then on a short look into the camera can confirm that it is you.

It takes about a minute, with the camera of this device or of your phone. The page first says what happens with your pictures, and nothing is done without your consent.`,
    },
    reminder: {
      subject: 'Reminder: set up your face check',
      text: `Hello {name},

your account {login} has no face check yet. {organisation} asks you to set it up until {lastDay}. It takes about a minute.

This link takes the place of the one you were sent before.`,
    },
  },
  button: 'Set up the face check',
  organisation: 'Your organisation',
  footer: [
    'The link is yours alone, opens once, and is good until {lastDay}. Do not pass it on.',
    'If you did not expect this letter, ask the help desk of your organisation before you open it.',
  ],
};

import type { CampaignWords } from './words.js';

export const en: CampaignWords = {
  letters: {
    invitation: {
      subject: 'Set up your face check',
      text: `Hello {name},

{organisation} asks you to set up a face check for your account {login}. After that, a short look into the camera can confirm it’s you.

It takes about a minute, with the camera of this device or of your phone. The page first explains what happens with your pictures, and nothing happens without your consent.`,
    },
    reminder: {
      subject: 'Reminder: set up your face check',
      text: `Hello {name},

your account {login} has no face check yet. {organisation} asks you to set it up by {lastDay}. It takes about a minute.

This link replaces the previous one.`,
    },
  },
  button: 'Set up the face check',
  organisation: 'Your organization',
  footer: [
    'The link is only for you, opens once, and is valid until {lastDay}. Do not forward it.',
    'If you did not expect this e-mail, ask your help desk before you open it.',
  ],
};

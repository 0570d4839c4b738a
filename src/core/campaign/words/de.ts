import type { CampaignWords } from './words.js';

export const de: CampaignWords = {
  letters: {
    invitation: {
      subject: 'Richten Sie Ihre Gesichtsprüfung ein',
      text: `Guten Tag {name},

{organisation} bittet Sie, für Ihr Konto {login} eine Gesichtsprüfung einzurichten. Danach kann ein kurzer Blick in die Kamera bestätigen, dass Sie es sind.

Es dauert etwa eine Minute, mit der Kamera dieses Geräts oder Ihres Telefons. Die Seite sagt zuerst, was mit Ihren Bildern geschieht, und ohne Ihre Zustimmung geschieht nichts.`,
    },
    reminder: {
      subject: 'Erinnerung: Richten Sie Ihre Gesichtsprüfung ein',
      text: `Guten Tag {name},

Ihr Konto {login} hat noch keine Gesichtsprüfung. {organisation} bittet Sie, sie bis zum {lastDay} einzurichten. Es dauert etwa eine Minute.

Dieser Link ersetzt den, den Sie früher bekommen haben.`,
    },
  },
  button: 'Gesichtsprüfung einrichten',
  organisation: 'Ihre Organisation',
  footer: [
    'Der Link ist nur für Sie, lässt sich einmal öffnen und gilt bis zum {lastDay}. Leiten Sie ihn nicht weiter.',
    'Wenn Sie diese E-Mail nicht erwartet haben, fragen Sie Ihren Helpdesk, bevor Sie den Link öffnen.',
  ],
};

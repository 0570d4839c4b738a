import type { CounterTexts } from './texts.js';

export const fr: CounterTexts = {
  startTitle: 'Vérification au guichet',
  startText: 'Saisissez le code affiché au guichet.',
  code: 'Code du guichet',
  orShow: 'Présenter plutôt un code au guichet',
  openTitle: (name) => `${name} souhaite confirmer qu’il s’agit bien de vous`,
  openText:
    'Continuez uniquement si vous y êtes en ce moment. Vous saisissez votre nom d’utilisateur et effectuez une vérification du visage. Votre accord est demandé avant que le guichet reçoive d’autres données.',
  isHere: 'J’y suis : continuer',
  numbersTitle: 'Deux nombres',
  tell: 'Indiquez ce nombre au guichet :',
  choose: 'Quel nombre le guichet vous a-t-il indiqué ?',
  none: 'Aucun de ceux-ci',
  shownTitle: 'Présentez ceci au guichet',
  shownText: 'Le guichet le scanne, ou vous lisez les chiffres. Il fonctionne une fois, pendant trois minutes.',
  picture: 'Votre code à scanner',
  wasRead: 'Le guichet l’a lu : continuer',
  doneTitle: 'Terminé',
  doneText: (name) => `${name} voit le résultat pendant une minute.`,
  doneNumber: 'Si on vous le demande, votre nombre est',
  endedTitle: 'Cette vérification est terminée',
  endedText: 'Aucune donnée n’a été communiquée. Demandez un nouveau code au guichet.',
  goneTitle: 'Ce code a expiré',
  goneText: 'Il a expiré ou a été ouvert dans un autre navigateur. Demandez-en un nouveau au guichet.',
  busyTitle: 'Indisponible pour le moment',
  busyText: 'Réessayez dans une minute.',
};

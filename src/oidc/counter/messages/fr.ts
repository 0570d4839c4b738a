import type { CounterTexts } from './texts.js';

export const fr: CounterTexts = {
  startTitle: 'Une vérification au guichet',
  startText: 'Saisissez le code que le guichet affiche.',
  code: 'Code du guichet',
  orShow: 'Montrer plutôt un code au guichet',
  openTitle: (name) => `${name} veut savoir que c’est bien vous`,
  openText:
    'Ne continuez que si vous y êtes en ce moment. On vous demandera qui vous êtes et de regarder la caméra. Tout ce que le guichet veut savoir d’autre vous sera demandé.',
  isHere: 'J’y suis : continuer',
  numbersTitle: 'Deux numéros',
  tell: 'Dites ce numéro au guichet :',
  choose: 'Quel numéro le guichet vous dit-il ?',
  none: 'Aucun de ceux-ci',
  shownTitle: 'Montrez ceci au guichet',
  shownText: 'On le scanne, ou vous dites les chiffres. Il sert une fois, pendant trois minutes.',
  picture: 'Votre code, à scanner',
  wasRead: 'Ils l’ont : continuer',
  doneTitle: 'Terminé',
  doneText: (name) => `${name} voit le résultat pendant une minute.`,
  doneNumber: 'Si on vous le demande, votre numéro est',
  endedTitle: 'Cette vérification est terminée',
  endedText: 'Rien n’a été communiqué à votre sujet. Demandez un nouveau code au guichet.',
  goneTitle: 'Ce code n’est plus valable',
  goneText: 'Il a pris fin ou a été ouvert dans un autre navigateur. Demandez-en un nouveau au guichet.',
  busyTitle: 'Pas maintenant',
  busyText: 'Réessayez dans une minute.',
};

import type { DoorTexts } from './texts.js';

export const fr: DoorTexts = {
  name: 'Français',
  title: 'Votre page personnelle',
  text: 'Voyez ce qui est conservé de vous et chaque vérification de votre visage, et mettez fin à ce que vous ne voulez plus. Montrez d’abord que c’est vous.',
  whose: 'Où avez-vous votre compte ?',
  faceTitle: 'Avec votre visage',
  userName: 'Nom d’utilisateur',
  faceCheck: 'Passer à la vérification du visage',
  signInTitle: 'Avec votre connexion',
  signInText: 'Si vous ne pouvez pas ou ne voulez pas montrer votre visage.',
  signIn: (organisation) => (organisation === null ? 'Se connecter' : `Se connecter chez ${organisation}`),
  refused: {
    face: 'La vérification du visage n’a pas réussi. Réessayez ou choisissez une autre voie.',
    over: 'Cela a duré trop longtemps ou a commencé dans un autre navigateur. Veuillez recommencer.',
    'sign-in': 'La connexion n’a pas abouti. Veuillez réessayer.',
    unknown: 'Vous êtes connecté, mais avec un compte qui n’a pas de page ici.',
    down: 'Un service nécessaire ne répond pas. Veuillez réessayer dans un instant.',
    later: 'Il y a eu trop d’essais. Veuillez attendre quelques minutes.',
  },
  languages: 'Langue',
};

import { claimLabels } from '../../core/consented-data/claim-labels.js';
import type { ConsentTexts } from './texts.js';

export const es: ConsentTexts = {
  title: (application) => `${application} solicita datos sobre usted`,
  text: (from) =>
    `Se acaban de leer de su perfil${from === null ? '' : ` en ${from}`}. Aquí no se conserva nada de ellos.`,
  textOfSeveral:
    'Se acaban de leer de sus perfiles en los lugares indicados junto a cada uno. Aquí no se conserva nada de ellos.',
  from: 'De',
  unlinked: (source) => `${source}: su cuenta no está vinculada`,
  unlinkedText: 'La aplicación también solicita esto de allí. Solo lo recibe si usted vincula su cuenta.',
  linkHere: 'Para vincularla, vuelva a la aplicación e inicie sesión con la cámara de este mismo dispositivo.',
  link: (source) => `Vincular mi cuenta de ${source}`,
  linkText: 'Escriba su nombre de usuario allí. Después muestre su rostro una vez más, para esa cuenta.',
  linkUntil: (date) => `El vínculo vale hasta el ${date}. Puede ponerle fin antes.`,
  notNow: 'Ahora no',
  notLinked: (source) => `Su cuenta de ${source} no se vinculó.`,
  linkAction: 'Vincular estas dos cuentas mías',
  unanswered: (source) => `${source} no respondió`,
  unansweredText: 'La aplicación también solicita esto de allí. Por ahora se omite. Puede continuar sin ello.',
  goesTo: 'Se envían a',
  atCounter: 'Se muestran en el mostrador durante un minuto.',
  cardTitle: (credential) => `¿Qué debe figurar en «${credential}»?`,
  cardGoesTo: 'Van a su cartera y a nadie más.',
  cardOptionalText: 'Marque lo que debe figurar. Al mostrarla puede reservarse cada dato.',
  needed: 'Necesarios',
  neededText: 'Sin ellos la aplicación no puede continuar.',
  optional: 'Si usted quiere',
  optionalText: 'Marque lo que la aplicación puede saber.',
  absent: 'No figura en su perfil',
  yes: 'Sí',
  no: 'No',
  until: (date) => `Si acepta, vale hasta el ${date}. Puede ponerle fin antes.`,
  agree: 'Aceptar y continuar',
  refuse: 'No aceptar',
  unreadableTitle: 'Su perfil no se puede leer en este momento',
  unreadableText:
    'La comprobación de su rostro se ha superado y no hay ningún problema con ella. Inténtelo de nuevo en un momento.',
  tryAgain: 'Intentar de nuevo',
  labels: claimLabels.es,
  address: {
    ...{ formatted: 'Dirección', street_address: 'Calle', locality: 'Ciudad', region: 'Región' },
    ...{ postal_code: 'Código postal', country: 'País' },
  },
};

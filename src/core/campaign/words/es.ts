import type { CampaignWords } from './words.js';

export const es: CampaignWords = {
  letters: {
    invitation: {
      subject: 'Configure su comprobación facial',
      text: `Hola, {name}:

{organisation} le pide que configure una comprobación facial para su cuenta {login}. A partir de entonces, una breve mirada a la cámara puede confirmar que es usted.

Tarda alrededor de un minuto, con la cámara de este dispositivo o la de su teléfono. La página explica primero qué ocurre con sus imágenes, y no se hace nada sin su consentimiento.`,
    },
    reminder: {
      subject: 'Recordatorio: configure su comprobación facial',
      text: `Hola, {name}:

Su cuenta {login} todavía no tiene comprobación facial. {organisation} le pide que la configure antes del {lastDay}, incluido ese día. Tarda alrededor de un minuto.

Este enlace sustituye al que recibió antes.`,
    },
  },
  button: 'Configurar la comprobación facial',
  organisation: 'Su organización',
  footer: [
    'El enlace es solo para usted, se abre una vez y es válido hasta el {lastDay}. No lo reenvíe.',
    'Si no esperaba este correo electrónico, consulte al servicio de asistencia antes de abrirlo.',
  ],
};

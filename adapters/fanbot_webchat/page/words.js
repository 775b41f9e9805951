// The page's own words, in the languages it speaks. {n} is a number, {name} and {size} are a file's.
const en = {
  menu: "Menu", log: "Conversation", label: "Your message", send: "Send",
  about: "An automatic assistant answers everyday questions here. What is personal goes to a person.",
  fan: "You", assistant: "Assistant", person: "A person", choices: "Answers to choose from",
  saved: "Your message is saved.",
  chosen: "Your choice is saved.",
  unsent: "Not sent. It stays here; press Send to try again.",
  unpressed: "Not sent. Press the button to try again.",
  much: "That is more than this chat takes in one go. Try again in {n} seconds; nothing here is lost.",
  long: "This is longer than one message can be (4,000 characters). Send it in two, please.",
  empty: "Write something or add a file first, please.",
  cut: "There is no connection to the chat. What is new shows when it is back.",
  unknown: "The key in this browser opens no conversation here. A new message begins a new one.",
  name: "What may we call you? (You can leave this empty.)", keep: "Keep",
  named: "This name goes with your next messages.", unnamed: "Your next messages go without a name.",
  see: "See what is kept", download: "Download a copy", erase: "Erase everything here", close: "Close",
  keptTitle: "What is kept about this conversation", nothing: "Nothing is kept.",
  copied: "The copy is in your downloads.", failed: "That did not work, and nothing was changed. You can try again.",
  sureTitle: "Erase everything here?",
  sureText: "Your messages and files, the answers to them and your name are erased, and this browser forgets its key. It cannot be undone.",
  add: "Add a file", added: "Files to send", remove: "Remove", removeNamed: "Remove {name}", files: "Files",
  limits: "Up to {n} files of {size} each: {kinds}", picture: "Picture: {name}", save: "Save {name}",
  adding: "Added: {name}", removed: "{name} was taken out.",
  big: "{name} is larger than {size}, so it was not added. A message without it can be sent.",
  many: "A message takes {n} files, so {name} was not added. It can go in another message.",
  bare: "{name} is empty, so it was not added.",
  carrying: "{name} is being sent…",
  kind: "{name} is none of these: {kinds}. Nothing was sent. Take it out and press Send; the rest stays here.",
  full: "The chat takes no more files from here in these 24 hours. Nothing was sent. Take {name} out and press Send; your words stay here.",
  unread: "{name} cannot be read any more. Nothing was sent. Take it out, or add it again.",
  again: "The files are not there any more, and nothing was sent. Press Send to send everything again.",
  lost: "A reload lets go of files that were not sent: {name}. Please add them again.",
  noFile: "This file cannot be shown now.",
  yes: "Yes, erase it", no: "No, keep it", erased: "Everything was erased."
};
const es = {
  menu: "Menú", log: "Conversación", label: "Tu mensaje", send: "Enviar",
  about: "Un asistente automático responde aquí a las preguntas habituales. Lo personal llega a una persona.",
  fan: "Tú", assistant: "Asistente", person: "Una persona", choices: "Respuestas para elegir",
  saved: "Tu mensaje está guardado.",
  chosen: "Tu elección está guardada.",
  unsent: "No se envió. Se queda aquí; pulsa Enviar para intentarlo de nuevo.",
  unpressed: "No se envió. Pulsa el botón para intentarlo de nuevo.",
  much: "Es más de lo que este chat acepta de una vez. Inténtalo de nuevo en {n} segundos; aquí no se pierde nada.",
  long: "Es más largo de lo que cabe en un mensaje (4.000 caracteres). Envíalo en dos, por favor.",
  empty: "Escribe algo o añade un archivo primero, por favor.",
  cut: "No hay conexión con el chat. Lo nuevo aparece cuando vuelva.",
  unknown: "La clave de este navegador no abre ninguna conversación aquí. Un mensaje nuevo empieza otra.",
  name: "¿Cómo podemos llamarte? (Puedes dejarlo vacío.)", keep: "Guardar",
  named: "Este nombre acompaña tus próximos mensajes.", unnamed: "Tus próximos mensajes van sin nombre.",
  see: "Ver lo que se guarda", download: "Descargar una copia", erase: "Borrar todo aquí", close: "Cerrar",
  keptTitle: "Lo que se guarda de esta conversación", nothing: "No se guarda nada.",
  copied: "La copia está en tus descargas.", failed: "No funcionó y no se cambió nada. Puedes intentarlo de nuevo.",
  sureTitle: "¿Borrar todo aquí?",
  sureText: "Se borran tus mensajes y archivos, sus respuestas y tu nombre, y este navegador olvida su clave. No se puede deshacer.",
  add: "Añadir un archivo", added: "Archivos para enviar", remove: "Quitar", removeNamed: "Quitar {name}", files: "Archivos",
  limits: "Hasta {n} archivos de {size} cada uno: {kinds}", picture: "Imagen: {name}", save: "Guardar {name}",
  adding: "Añadido: {name}", removed: "Se quitó {name}.",
  big: "{name} pasa de {size}, así que no se añadió. El mensaje puede ir sin él.",
  many: "En un mensaje caben {n} archivos, así que {name} no se añadió. Puede ir en otro mensaje.",
  bare: "{name} está vacío, así que no se añadió.",
  carrying: "Se está enviando {name}…",
  kind: "{name} no es ninguno de estos: {kinds}. No se envió nada. Quítalo y pulsa Enviar; lo demás se queda aquí.",
  full: "El chat no acepta más archivos de aquí en estas 24 horas. No se envió nada. Quita {name} y pulsa Enviar; tus palabras se quedan aquí.",
  unread: "{name} ya no se puede leer. No se envió nada. Quítalo o añádelo de nuevo.",
  again: "Los archivos ya no están y no se envió nada. Pulsa Enviar para enviarlo todo de nuevo.",
  lost: "Al recargar se pierden los archivos sin enviar: {name}. Añádelos de nuevo, por favor.",
  noFile: "Este archivo no se puede mostrar ahora.",
  yes: "Sí, borrar", no: "No, conservar", erased: "Se borró todo."
};
const de = {
  menu: "Menü", log: "Unterhaltung", label: "Ihre Nachricht", send: "Senden",
  about: "Ein automatischer Assistent beantwortet hier alltägliche Fragen. Persönliches geht an einen Menschen.",
  fan: "Sie", assistant: "Assistent", person: "Ein Mensch", choices: "Antworten zur Auswahl",
  saved: "Ihre Nachricht ist gespeichert.",
  chosen: "Ihre Wahl ist gespeichert.",
  unsent: "Nicht gesendet. Sie bleibt hier stehen; mit Senden versuchen Sie es noch einmal.",
  unpressed: "Nicht gesendet. Mit dem Knopf versuchen Sie es noch einmal.",
  much: "Das ist mehr, als dieser Chat auf einmal annimmt. Versuchen Sie es in {n} Sekunden wieder; hier geht nichts verloren.",
  long: "Das ist länger, als eine Nachricht sein kann (4.000 Zeichen). Bitte senden Sie es in zweien.",
  empty: "Bitte schreiben Sie zuerst etwas, oder fügen Sie eine Datei hinzu.",
  cut: "Es gibt keine Verbindung zum Chat. Neues erscheint, wenn sie wieder da ist.",
  unknown: "Der Schlüssel in diesem Browser öffnet hier keine Unterhaltung. Eine neue Nachricht beginnt eine neue.",
  name: "Wie dürfen wir Sie nennen? (Das Feld kann leer bleiben.)", keep: "Übernehmen",
  named: "Dieser Name geht mit Ihren nächsten Nachrichten mit.", unnamed: "Ihre nächsten Nachrichten gehen ohne Namen.",
  see: "Ansehen, was gespeichert ist", download: "Kopie herunterladen", erase: "Hier alles löschen", close: "Schließen",
  keptTitle: "Was von dieser Unterhaltung gespeichert ist", nothing: "Es ist nichts gespeichert.",
  copied: "Die Kopie liegt bei Ihren Downloads.", failed: "Das ging nicht, und nichts wurde geändert. Sie können es noch einmal versuchen.",
  sureTitle: "Hier alles löschen?",
  sureText: "Ihre Nachrichten und Dateien, die Antworten darauf und Ihr Name werden gelöscht, und dieser Browser vergisst seinen Schlüssel. Das lässt sich nicht rückgängig machen.",
  add: "Datei hinzufügen", added: "Dateien zum Senden", remove: "Entfernen", removeNamed: "{name} entfernen", files: "Dateien",
  limits: "Bis zu {n} Dateien von je {size}: {kinds}", picture: "Bild: {name}", save: "{name} speichern",
  adding: "Hinzugefügt: {name}", removed: "{name} wurde herausgenommen.",
  big: "{name} ist größer als {size} und wurde nicht hinzugefügt. Die Nachricht kann ohne diese Datei gehen.",
  many: "Eine Nachricht fasst {n} Dateien; {name} wurde nicht hinzugefügt. Die Datei kann in einer weiteren Nachricht gehen.",
  bare: "{name} ist leer und wurde nicht hinzugefügt.",
  carrying: "{name} wird gesendet…",
  kind: "{name} ist nichts davon: {kinds}. Es wurde nichts gesendet. Nehmen Sie die Datei heraus und drücken Sie Senden; alles andere bleibt hier.",
  full: "Der Chat nimmt in diesen 24 Stunden von hier keine Dateien mehr an. Es wurde nichts gesendet. Nehmen Sie {name} heraus und drücken Sie Senden; Ihre Worte bleiben hier.",
  unread: "{name} lässt sich nicht mehr lesen. Es wurde nichts gesendet. Bitte entfernen Sie die Datei oder fügen Sie sie neu hinzu.",
  again: "Die Dateien sind nicht mehr da, und es wurde nichts gesendet. Mit Senden geht alles noch einmal.",
  lost: "Beim Neuladen gehen nicht gesendete Dateien verloren: {name}. Bitte fügen Sie sie neu hinzu.",
  noFile: "Diese Datei lässt sich gerade nicht zeigen.",
  yes: "Ja, löschen", no: "Nein, behalten", erased: "Alles wurde gelöscht."
};

const spoken = { en, es, de };
const wanted = (navigator.languages || [navigator.language]).map((tag) => String(tag).slice(0, 2).toLowerCase());
export const language = wanted.find((tag) => tag in spoken) || "en";
export const words = spoken[language];

// Put values into a sentence: fill(words.big, { name, size }).
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

// Say bytes as people do.
export function sized(bytes) {
  const [unit, by] = bytes >= 1048576 ? ["megabyte", 1048576] : bytes >= 1024 ? ["kilobyte", 1024] : ["byte", 1];
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 }).format(bytes / by);
}

// Put the words where the page has a place for them.
export function speak() {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = words[node.dataset.word];
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", words[node.dataset.label]);
}

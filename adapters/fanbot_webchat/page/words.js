// The page's own words, in the languages it speaks. {n} is a number of seconds.
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
  empty: "Write something first, please.",
  cut: "There is no connection to the chat. What is new shows when it is back.",
  unknown: "The key in this browser opens no conversation here. A new message begins a new one.",
  name: "What may we call you? (You can leave this empty.)", keep: "Keep",
  named: "This name goes with your next messages.", unnamed: "Your next messages go without a name.",
  see: "See what is kept", download: "Download a copy", erase: "Erase everything here", close: "Close",
  keptTitle: "What is kept about this conversation", nothing: "Nothing is kept.",
  copied: "The copy is in your downloads.", failed: "That did not work, and nothing was changed. You can try again.",
  sureTitle: "Erase everything here?",
  sureText: "Your messages, the answers to them and your name are erased, and this browser forgets its key. It cannot be undone.",
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
  empty: "Escribe algo primero, por favor.",
  cut: "No hay conexión con el chat. Lo nuevo aparece cuando vuelva.",
  unknown: "La clave de este navegador no abre ninguna conversación aquí. Un mensaje nuevo empieza otra.",
  name: "¿Cómo podemos llamarte? (Puedes dejarlo vacío.)", keep: "Guardar",
  named: "Este nombre acompaña tus próximos mensajes.", unnamed: "Tus próximos mensajes van sin nombre.",
  see: "Ver lo que se guarda", download: "Descargar una copia", erase: "Borrar todo aquí", close: "Cerrar",
  keptTitle: "Lo que se guarda de esta conversación", nothing: "No se guarda nada.",
  copied: "La copia está en tus descargas.", failed: "No funcionó y no se cambió nada. Puedes intentarlo de nuevo.",
  sureTitle: "¿Borrar todo aquí?",
  sureText: "Se borran tus mensajes, sus respuestas y tu nombre, y este navegador olvida su clave. No se puede deshacer.",
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
  empty: "Bitte schreiben Sie zuerst etwas.",
  cut: "Es gibt keine Verbindung zum Chat. Neues erscheint, wenn sie wieder da ist.",
  unknown: "Der Schlüssel in diesem Browser öffnet hier keine Unterhaltung. Eine neue Nachricht beginnt eine neue.",
  name: "Wie dürfen wir Sie nennen? (Das Feld kann leer bleiben.)", keep: "Übernehmen",
  named: "Dieser Name geht mit Ihren nächsten Nachrichten mit.", unnamed: "Ihre nächsten Nachrichten gehen ohne Namen.",
  see: "Ansehen, was gespeichert ist", download: "Kopie herunterladen", erase: "Hier alles löschen", close: "Schließen",
  keptTitle: "Was von dieser Unterhaltung gespeichert ist", nothing: "Es ist nichts gespeichert.",
  copied: "Die Kopie liegt bei Ihren Downloads.", failed: "Das ging nicht, und nichts wurde geändert. Sie können es noch einmal versuchen.",
  sureTitle: "Hier alles löschen?",
  sureText: "Ihre Nachrichten, die Antworten darauf und Ihr Name werden gelöscht, und dieser Browser vergisst seinen Schlüssel. Das lässt sich nicht rückgängig machen.",
  yes: "Ja, löschen", no: "Nein, behalten", erased: "Alles wurde gelöscht."
};

const spoken = { en, es, de };
const wanted = (navigator.languages || [navigator.language]).map((tag) => String(tag).slice(0, 2).toLowerCase());
export const language = wanted.find((tag) => tag in spoken) || "en";
export const words = spoken[language];

// Put the words where the page has a place for them.
export function speak() {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = words[node.dataset.word];
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", words[node.dataset.label]);
}

// Whoever has left by "Exit this page" and is brought back by Back is led away again before anything is shown.
// Going here in any other way forgets it. Where nothing can be stored there is nothing to read either.
try {
  const [arrival] = performance.getEntriesByType("navigation");
  if (sessionStorage.getItem("left") && arrival?.type === "back_forward") {
    document.documentElement.hidden = true;
    location.replace("/exit");
  } else {
    sessionStorage.removeItem("left");
  }
} catch (error) {
  if (error.name !== "SecurityError") throw error;
}

# Chips that several ports have. A port's build.mk lists those it uses, because only it knows.
